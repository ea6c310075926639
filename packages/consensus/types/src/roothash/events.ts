/** What roothash tells. Each event comes with the runtime's identifier beside it. */

import type { Infer } from '@wadi/cbor/codec'
import { bool, i64, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { ExecutorCommitment } from './commitments.ts'

/** A commitment was accepted. */
export const ExecutorCommittedEvent = struct({ commit: ExecutorCommitment })
export type ExecutorCommittedEvent = Infer<typeof ExecutorCommittedEvent>

/** The workers disagree, or are late: the backup workers decide. */
export const ExecutionDiscrepancyEvent = struct({ round: u64, rank: u64, timeout: bool })
export type ExecutionDiscrepancyEvent = Infer<typeof ExecutionDiscrepancyEvent>

/** A round is over. */
export const FinalizedEvent = struct({ round: u64 })
export type FinalizedEvent = Infer<typeof FinalizedEvent>

/** The runtime took a message from its queue. */
export const InMsgProcessedEvent = struct({
  id: u64,
  round: u64,
  caller: Address,
  tag: omitEmpty(u64),
})
export type InMsgProcessedEvent = Infer<typeof InMsgProcessedEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = {
  executor_commit: ExecutorCommittedEvent,
  execution_discrepancy: ExecutionDiscrepancyEvent,
  finalized: FinalizedEvent,
  in_msg_processed: InMsgProcessedEvent,
} as const

/** An event as the API gives it. */
export const Event = struct({
  height: omitEmpty(i64),
  txHash: omitEmpty(Hash),
  runtimeId: Namespace,
  executorCommitted: optional(ExecutorCommittedEvent),
  executionDiscrepancy: optional(ExecutionDiscrepancyEvent),
  finalized: optional(FinalizedEvent),
  inMsgProcessed: optional(InMsgProcessedEvent),
})
export type Event = Infer<typeof Event>
