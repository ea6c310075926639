/** The transactions that a node has of a runtime. */

import { CHECK_BATCH_MAX, POOL_COUNT_MAX, SEEN_COUNT_MAX } from '../limits.ts'
import { EMPTY_HASH_MAP, type HashMap } from '../persistent/hashMap.ts'
import { compareNumbers, compareTexts, emptyMap, type SortedMap } from '../persistent/sortedMap.ts'
import { type CheckQueue, NOTHING_TO_CHECK, type PendingCheck } from './checkQueue.ts'
import { EMPTY_QUEUE, type MainQueue } from './mainQueue.ts'
import { NOTHING_SEEN, type SeenCache } from './seenCache.ts'

/** What an operator says of a pool. */
export interface PoolConfig {
  /** Transactions that wait to be scheduled. */
  readonly countMax: number
  /** Transactions that are remembered. */
  readonly seenMax: number
  /** Transactions of one check. */
  readonly checkBatchMax: number
  /** After more rounds than this, everything is checked again. */
  readonly recheckRounds: bigint
  /** Between two times that a transaction is published. */
  readonly republishMs: number
}

const MS_PER_MINUTE = 60_000

/** Where an operator says nothing. */
export const DEFAULT_POOL: PoolConfig = {
  countMax: POOL_COUNT_MAX,
  seenMax: SEEN_COUNT_MAX,
  checkBatchMax: CHECK_BATCH_MAX,
  recheckRounds: 5n,
  republishMs: MS_PER_MINUTE,
}

/**
 * COMPAT(oasis-core): transactions that wait to be checked; a tenth more than the pool holds, as
 * all of it is checked again.
 */
export function checkCountMax({ countMax }: PoolConfig): number {
  return Math.floor((countMax * 110) / 100)
}

/** A check that is under way. */
export interface RunningCheck {
  readonly id: number
  readonly checks: readonly PendingCheck[]
  /** It is made upon the state of this round. */
  readonly round: bigint
}

/** The last block, as far as the pool is concerned. */
export interface PoolBlock {
  readonly round: bigint
  readonly receivedMs: number
  readonly batchSizeBytesMax: bigint
}

export interface PoolState {
  readonly config: PoolConfig
  /** Transactions of users. */
  readonly main: MainQueue
  /** Until when the batch that is made is given what may not fit, where its room says so. */
  readonly generousUntilMs: number
  /** Transactions in messages that wait for the runtime, by their hashes as text. */
  readonly incoming: SortedMap<string, Uint8Array>
  /** Transactions of this round's proposals. */
  readonly proposed: HashMap<Uint8Array>
  readonly pending: CheckQueue
  readonly running: RunningCheck | undefined
  readonly seen: SeenCache
  /** Undefined before the first: nothing is checked then. */
  readonly block: PoolBlock | undefined
  readonly syncedRound: bigint | undefined
  readonly isRuntimeReady: boolean
  readonly lastRecheckRound: bigint
  /** Transactions that nobody else was told of, by arrival; some may be gone. */
  readonly unpublished: SortedMap<number, string>
  /** When transactions are published next, if that is known, and before when it is useless. */
  readonly publishAtMs: number | undefined
  readonly publishableAtMs: number
  /** Nobody has forgotten before then what is in the pool and was published. */
  readonly republishAtMs: number
  readonly lastArrival: number
  readonly lastId: number
}

/** A pool of a node that has just started. */
export const startPool = (config: PoolConfig = DEFAULT_POOL): PoolState => ({
  config,
  main: EMPTY_QUEUE,
  generousUntilMs: 0,
  incoming: emptyMap(compareTexts),
  proposed: EMPTY_HASH_MAP,
  pending: NOTHING_TO_CHECK,
  running: undefined,
  seen: NOTHING_SEEN,
  block: undefined,
  syncedRound: undefined,
  isRuntimeReady: false,
  lastRecheckRound: 0n,
  unpublished: emptyMap(compareNumbers),
  publishAtMs: undefined,
  publishableAtMs: Number.NEGATIVE_INFINITY,
  republishAtMs: Number.POSITIVE_INFINITY,
  lastArrival: 0,
  lastId: 0,
})
