/** Where this node stops because its operator wants so, and what its shell is told then. */

import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import type { Moment } from '@wadi/primitives/moment'
import { exportGenesis } from '../genesis/exportGenesis.ts'
import type { CommittedState } from '../kernel/context.ts'
import { StopForUpgrade } from '../kernel/upgrader.ts'

/** The first epoch and the first height that are not begun any more; zero is never. */
export interface Halt {
  readonly epoch?: Epoch
  readonly height?: bigint
}

/** Stops if the operator wants no such block. */
export function checkHalt(
  { epoch: lastEpoch = 0n, height: lastHeight = 0n }: Halt,
  { epoch, height }: { readonly epoch: Epoch; readonly height: bigint },
): void {
  if (lastHeight !== 0n && height >= lastHeight)
    throw new StopForUpgrade(`the configuration says to halt at height ${lastHeight}`)
  const isEpochKnown = epoch !== EPOCH_INVALID && lastEpoch !== EPOCH_INVALID
  if (lastEpoch > 0n && isEpochKnown && epoch >= lastEpoch)
    throw new StopForUpgrade(`the configuration says to halt at epoch ${lastEpoch}`)
}

/** What a dump takes from elsewhere. */
export interface DumpSources {
  /** The document that the chain began with. */
  readonly origin: GenesisDocument
  /** Of the last committed block. Only who keeps blocks knows it after a restart. */
  readonly time: Moment
}

/** What the shell is told when the node has to stop. */
export interface Halted {
  /** The last committed height; zero if there is none. */
  readonly height: bigint
  /** Of the block that is not begun. */
  readonly epoch: Epoch
  readonly reason: StopForUpgrade
  /**
   * The last committed state as the document with which a network could begin anew, for the shell
   * to write into a file. Without a committed block there is none: consensus/1.
   */
  dumpGenesis(sources: DumpSources): GenesisDocument
}

/** Is told once that the node has to stop, before {@link StopForUpgrade} is thrown. */
export type HaltHook = (halted: Halted) => void

/** What there is to tell of a halt. */
export function haltedAt(
  committed: CommittedState | undefined,
  { epoch, reason }: Pick<Halted, 'epoch' | 'reason'>,
): Halted {
  return {
    height: committed?.height ?? 0n,
    epoch,
    reason,
    dumpGenesis: ({ origin, time }) => {
      if (committed === undefined) throw consensusErrors.noCommittedBlocks()
      const { height, state } = committed
      return exportGenesis({ height, time, state }, origin)
    },
  }
}
