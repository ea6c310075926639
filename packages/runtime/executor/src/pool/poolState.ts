/** The transactions that a node has of a runtime. */

import { compareTexts, emptyMap, type SortedMap } from '../persistent/sortedMap.ts'
import { type CheckQueue, NOTHING_TO_CHECK, type PendingCheck } from './checkQueue.ts'
import { EMPTY_QUEUE, type MainQueue } from './mainQueue.ts'
import { NOTHING_SEEN, type SeenCache } from './seenCache.ts'

/** A check that is under way. */
export interface RunningCheck {
  readonly id: number
  readonly checks: readonly PendingCheck[]
}

/** The last block, as far as the pool is concerned. */
export interface PoolBlock {
  readonly round: bigint
  readonly receivedMs: number
  readonly batchSizeBytesMax: bigint
}

export interface PoolState {
  /** Transactions of users. */
  readonly main: MainQueue
  /** Transactions in messages that wait for the runtime, by their hashes as text. */
  readonly incoming: SortedMap<string, Uint8Array>
  /** Transactions of this round's proposals. */
  readonly proposed: SortedMap<string, Uint8Array>
  readonly pending: CheckQueue
  readonly running: RunningCheck | undefined
  readonly seen: SeenCache
  /** Undefined before the first: nothing is checked then. */
  readonly block: PoolBlock | undefined
  readonly syncedRound: bigint | undefined
  readonly isRuntimeReady: boolean
  readonly lastRecheckRound: bigint
  /** When transactions are published next, if that is known. */
  readonly publishAtMs: number | undefined
  readonly lastArrival: number
  readonly lastId: number
}

export const EMPTY_POOL: PoolState = {
  main: EMPTY_QUEUE,
  incoming: emptyMap(compareTexts),
  proposed: emptyMap(compareTexts),
  pending: NOTHING_TO_CHECK,
  running: undefined,
  seen: NOTHING_SEEN,
  block: undefined,
  syncedRound: undefined,
  isRuntimeReady: false,
  lastRecheckRound: 0n,
  publishAtMs: undefined,
  lastArrival: 0,
  lastId: 0,
}
