import { UnavailableError } from '@wadi/base/errors'
import type { NetworkFiles } from './networkFiles.ts'

/** What CometBFT stores is CometBFT's: only networks with our engine are copied and taken back. */
export function requireOwnEngine({ engine }: Pick<NetworkFiles, 'engine'>): void {
  if (engine !== 'wadi')
    throw new UnavailableError(
      'localnet.engine',
      `a network with the engine ${engine} does not go back and has no snapshots, because its ` +
        'validators keep their blocks themselves; begin anew with --fresh, or without --engine',
    )
}
