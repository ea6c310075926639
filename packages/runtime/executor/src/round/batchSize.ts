/** How large a batch of ours may be: as large as others accept, and smaller after one in vain. */

import { toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { Message } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { CALL_SIZE_MAX, SCHEDULED_COUNT_MAX, SENT_SIZE_MAX } from '../limits.ts'
import { valuesOf } from '../persistent/sortedMap.ts'
import { findTransaction } from '../pool/findTransaction.ts'
import { type BatchRoom, keptBack } from '../pool/mainQueue.ts'
import { givenTransactions } from '../pool/suggest.ts'
import { msOf, type RoundBase } from './base.ts'
import type { Round } from './roundState.ts'
import { change, type Run, roundOf } from './run.ts'

/** The part of a scheduler's turn in which its runtime is given more than may fit. */
const GENEROUS_PART = 2
/** Without a bound: each transaction is given once. */
const REACH_ALL = Number.MAX_SAFE_INTEGER

/** The room of the batch that is made next. */
export function roomOfBatch({ base, retreat }: Round, reach: number): BatchRoom {
  return { ...boundsOf(base), atLeast: reach, atMost: retreat?.countMax ?? REACH_ALL }
}

/** For how long a runtime is given what may not fit: what it takes is to be proposed in time. */
export function generousMsOf({ runtime }: RoundBase): number {
  return Math.floor(msOf(runtime.txnScheduler.proposeBatchTimeout) / GENEROUS_PART)
}

/** What others accept in a batch. */
function boundsOf({ runtime }: RoundBase): Pick<BatchRoom, 'count' | 'bytes'> {
  const { maxBatchSize, maxBatchSizeBytes } = runtime.txnScheduler
  const count = atMost(maxBatchSize, SCHEDULED_COUNT_MAX)
  const bytes = maxBatchSizeBytes === 0n ? CALL_SIZE_MAX : atMost(maxBatchSizeBytes, CALL_SIZE_MAX)
  return { count, bytes }
}

function atMost(bound: bigint, max: number): number {
  return bound > BigInt(max) ? max : Number(bound)
}

/** Why others would not accept what the runtime made, though it fits what was asked. */
export function whyNotProposed(
  run: Run,
  { txHashes, batch }: ExecuteTxBatchResponse,
): 'batch-too-large' | 'messages-too-large' | undefined {
  if (countFitting(run, txHashes) < txHashes.length) return 'batch-too-large'
  let sentBytes = 0
  for (const message of batch.messages) sentBytes += encode(Message, message).length
  return sentBytes > SENT_SIZE_MAX ? 'messages-too-large' : undefined
}

/** How many of the first ones others accept in a batch. */
function countFitting(run: Run, taken: readonly Hash[]): number {
  const { count, bytes } = boundsOf(roundOf(run).base)
  let left = bytes
  const place = taken.findIndex((hash, i) => {
    left -= sizeOf(run, hash)
    return i >= count || left < 0
  })
  return place < 0 ? taken.length : place
}

const sizeOf = ({ pool }: Run, hash: Hash) => findTransaction(pool, hash)?.length ?? 0

/** A batch that was made, and is too much. */
export interface BatchInVain {
  readonly why: string
  readonly taken: readonly Hash[]
}

/**
 * What was made of a batch is too much for others: for the next one the runtime is given only what
 * comes before what it took too much. As many as fit are left, or half as many where nobody knows
 * how many that is; after one of a single transaction comes one without any. False where there is
 * nothing to leave out, so that the same would come out again.
 */
export function retreatFrom(run: Run, { why, taken }: BatchInVain): boolean {
  const { count, scheduled } = run.pool.main.session
  const size = Math.min(count, taken.length)
  if (size === 0) return false
  if (size === 1) {
    const [given] = valuesOf(scheduled)
    const hash = taken.length === 1 ? taken[0] : given?.hash
    const place = placeOfTaken(run, taken, 0) ?? 0
    change(run, { retreat: { countMax: 0, suspect: hash && { hash, place } } })
    return true
  }
  const isFirst = roundOf(run).retreat === undefined
  const left = why === 'batch-too-large' && isFirst ? countFitting(run, taken) : size >> 1
  const countMax = placeOfTaken(run, taken, Math.max(left, 1)) ?? size >> 1
  if (why === 'batch-too-large') run.state.reach = countMax
  change(run, { retreat: { countMax, suspect: undefined } })
  return true
}

/**
 * How many transactions the runtime was given before the so manyeth that it took, counted from
 * zero; undefined if it was not given so many of those that it claims to have taken.
 */
function placeOfTaken({ pool }: Run, taken: readonly Hash[], index: number): number | undefined {
  const keys = new Set(taken.map(toHex))
  let place = 0
  let found = 0
  for (const { key } of givenTransactions(pool)) {
    if (keys.has(key)) {
      if (found === index) return place
      found++
    }
    place++
  }
  return undefined
}

/**
 * The runtime failed, or took too long: perhaps half as many transactions are not too many for it.
 * One alone is tried again: who knows whose fault it was.
 */
export function retreatFromFailure(run: Run): void {
  const { count } = run.pool.main.session
  run.state.reach = 0
  if (count > 1) change(run, { retreat: { countMax: count >> 1, suspect: undefined } })
}

/**
 * The runtime may have passed over some of what it was given, while more was kept back for want of
 * room: then it is given that, too, the next time. Nobody tells the host what is taken before the
 * batch is made, and one who passes over what comes first must not keep out what comes behind it.
 * True if another batch has more to begin with.
 */
export function reachOut(run: Run, { txHashes, txRejectHashes }: ExecuteTxBatchResponse): boolean {
  const { state, pool } = run
  const { base, retreat } = roundOf(run)
  const next = keptBack(pool.main)
  if (retreat !== undefined) {
    if (!retreat.mayGrow || txHashes.length > 0 || next === undefined) return false
    const countMax = 2 * retreat.countMax
    change(run, { retreat: { ...retreat, countMax } })
    state.reach = Math.max(state.reach, countMax)
    return true
  }
  if (pool.main.session.count <= txHashes.length + txRejectHashes.length) {
    state.reach = 0
    return false
  }
  if (next === undefined) return false
  const { count, bytes } = boundsOf(base)
  let takenBytes = 0
  for (const hash of txHashes) takenBytes += sizeOf(run, hash)
  const hasRoom = txHashes.length < count && takenBytes + next.input.length <= bytes
  if (!hasRoom || state.reach === REACH_ALL) return false
  state.reach = REACH_ALL
  return true
}

/** What alone was too much is gone: whatever comes in its place is tried alone, too. */
export function advance(run: Run): void {
  const { retreat } = roundOf(run)
  if (retreat?.suspect === undefined) return
  const countMax = retreat.suspect.place + 1
  change(run, { retreat: { countMax, suspect: undefined, mayGrow: true } })
}

/** The transaction that was too much: alone it was, and a batch of none is not. */
export function culpritsOf(run: Run): readonly Hash[] {
  const { retreat } = roundOf(run)
  return retreat?.suspect === undefined ? [] : [retreat.suspect.hash]
}
