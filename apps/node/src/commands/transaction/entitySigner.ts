/** Who signs: an entity, with the files of its folder. */

import { nodeFiles } from '@wadi/node-storage/node-files'
import { loadEntity } from '@wadi/provisioning/entity-folder'
import { type OwnedEntity, testEntity } from '@wadi/provisioning/test-entity'
import { errors } from './commandErrors.ts'
import type { EntityFlagValues } from './transactionFlags.ts'

/** The folder of an entity: the one that is named, else the working folder. */
export function entityFolder(flags: Pick<EntityFlagValues, 'signer.dir'>): string {
  const folder = flags['signer.dir']
  return folder === '' ? process.cwd() : folder
}

/** Refuses every backend of keys but files. */
export function checkSignerBackend(flags: Pick<EntityFlagValues, 'signer.backend'>): void {
  const backend = flags['signer.backend'].toLowerCase()
  if (backend === 'file') return
  const isKnown = ['plugin', 'remote', 'composite'].includes(backend)
  if (isKnown)
    throw errors.unsupported(
      `--signer.backend ${backend} is not supported; keep the key in a file, and use --signer.backend file`,
    )
  throw errors.badValue(
    `--signer.backend is ${JSON.stringify(backend)}, which nobody knows; use file`,
  )
}

/** The entity that the flags name, and its key. */
export function loadSigningEntity(flags: EntityFlagValues): OwnedEntity {
  if (flags['debug.dont_blame_oasis'] && flags['debug.test_entity']) return testEntity()
  checkSignerBackend(flags)
  return loadEntity(nodeFiles, entityFolder(flags))
}
