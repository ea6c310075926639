/** Upon what a round builds: all that a node knows when a block of its runtime is final. */

import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import type { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { Node } from '@wadi/primitives/node'

/** The last block, and what the consensus layer had at its height. */
export interface RoundBase {
  readonly header: Header
  /** Where the consensus layer finalized it. */
  readonly consensusHeight: bigint
  /** The descriptor that is in force. */
  readonly runtime: Runtime
  /** Undefined where there is none, as of a suspended runtime. */
  readonly committee: Committee | undefined
  /** The descriptors of the committee's members, as far as they are known. */
  readonly nodes: readonly Node[]
  readonly genesisRound: bigint
  readonly lastNormalRound: bigint
  /** Of the last normal round. */
  readonly roundResults: RoundResults
  /** That wait to be taken, oldest first. */
  readonly inMessages: readonly IncomingMessage[]
}

const NANOSECONDS_PER_MS = 1_000_000n
/** As long as a timer of any shell can be. */
const TIMER_MS_MAX = 2_147_483_647n

/** A duration of a descriptor in milliseconds: at least one, and no more than a timer can wait. */
export function msOf(nanoseconds: bigint): number {
  const ms = nanoseconds / NANOSECONDS_PER_MS
  if (ms < 1n) return 1
  return Number(ms > TIMER_MS_MAX ? TIMER_MS_MAX : ms)
}
