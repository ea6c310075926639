/** How large a batch of ours may be: as large as others accept, and smaller after one in vain. */

import { encode } from '@wadi/cbor/codec'
import { Message } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { CALL_SIZE_MAX, SCHEDULED_COUNT_MAX, SENT_SIZE_MAX } from '../limits.ts'
import { valuesOf } from '../persistent/sortedMap.ts'
import { findTransaction } from '../pool/findTransaction.ts'
import type { BatchRoom } from '../pool/mainQueue.ts'
import { isBatchTooLarge } from './decideProposal.ts'
import type { Round } from './roundState.ts'
import { change, type Run, roundOf } from './run.ts'

/** The room of the batch that is made next. */
export function roomOfBatch({ base, retreat }: Round): BatchRoom {
  const { maxBatchSize, maxBatchSizeBytes } = base.runtime.txnScheduler
  const count = atMost(maxBatchSize, SCHEDULED_COUNT_MAX)
  const bytes = maxBatchSizeBytes === 0n ? CALL_SIZE_MAX : atMost(maxBatchSizeBytes, CALL_SIZE_MAX)
  return { count: Math.min(count, retreat?.countMax ?? count), bytes }
}

/** Why others would not accept what the runtime made, though it fits what was asked. */
export function whyNotProposed(
  run: Run,
  { txHashes, batch }: ExecuteTxBatchResponse,
): 'batch-too-large' | 'messages-too-large' | undefined {
  const { maxBatchSize, maxBatchSizeBytes } = roundOf(run).base.runtime.txnScheduler
  let sizeBytes = 0
  for (const hash of txHashes) sizeBytes += findTransaction(run.pool, hash)?.length ?? 0
  const isTooLarge = isBatchTooLarge({
    batchSize: txHashes.length,
    sizeBytes,
    batchSizeMax: maxBatchSize,
    batchSizeBytesMax: maxBatchSizeBytes,
  })
  if (isTooLarge) return 'batch-too-large'
  let sentBytes = 0
  for (const message of batch.messages) sentBytes += encode(Message, message).length
  return sentBytes > SENT_SIZE_MAX ? 'messages-too-large' : undefined
}

function atMost(bound: bigint, max: number): number {
  return bound > BigInt(max) ? max : Number(bound)
}

/**
 * What was made of a batch is too much for others: the next one has half as many transactions, and
 * after one of a single transaction comes one without any. False where there is nothing to leave
 * out, so that the same would come out again.
 */
export function retreatFrom(run: Run, taken: readonly Hash[]): boolean {
  const { count, scheduled } = run.pool.main.session
  const size = Math.min(count, taken.length)
  if (size === 0) return false
  const [given] = valuesOf(scheduled)
  const alone = taken.length === 1 ? taken[0] : given?.hash
  const suspect = size === 1 ? alone : undefined
  change(run, { retreat: { countMax: size >> 1, suspect } })
  return true
}

/**
 * The runtime failed, or took too long: perhaps half as many transactions are not too many for it.
 * One alone is tried again: who knows whose fault it was.
 */
export function retreatFromFailure(run: Run): void {
  const { count } = run.pool.main.session
  if (count > 1) change(run, { retreat: { countMax: count >> 1, suspect: undefined } })
}

/** What alone was too much is gone: the next one is tried alone, too. */
export function advance(run: Run): void {
  const { retreat } = roundOf(run)
  if (retreat?.countMax === 0) change(run, { retreat: { countMax: 1, suspect: undefined } })
}

/** The transaction that was too much: alone it was, and a batch of none is not. */
export function culpritsOf(run: Run): readonly Hash[] {
  const { retreat } = roundOf(run)
  return retreat?.suspect === undefined ? [] : [retreat.suspect]
}
