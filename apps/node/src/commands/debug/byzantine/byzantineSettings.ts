import type { Call } from '@wadi/node-config/command'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { testEntity } from '@wadi/provisioning/test-entity'
import type { byzantineFlags } from './byzantineFlags.ts'

/** The settings of a node that misbehaves in a mode, whatever its configuration says of that. */
export function byzantineSettings(
  settings: Settings,
  { flags, given }: Call<typeof byzantineFlags>,
  mode: Settings['mode'],
): Settings {
  const { genesis, registration } = settings
  const hasTestEntity = flags['debug.dont_blame_oasis'] && flags['debug.test_entity']
  return {
    ...settings,
    mode,
    genesis: given.has('genesis.file') ? { ...genesis, file: flags['genesis.file'] } : genesis,
    registration: hasTestEntity
      ? { ...registration, entityId: testEntity().entity.id }
      : registration,
  }
}
