/** What a runtime is there for: checking transactions, executing batches, answering queries. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, raw, text, u8, u32, u64 } from '@wadi/cbor/scalars'
import {
  named,
  nilable,
  omitEmpty,
  omitEmptyInGo,
  omitEmptyInRust,
  struct,
} from '@wadi/cbor/struct'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { RoundResults } from '@wadi/consensus/roothash'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { ComputeResultsHeader } from '@wadi/consensus/roothash/commitments'
import { IncomingMessage, Message } from '@wadi/consensus/roothash/messages'
import { wireWriteLog } from '@wadi/mkvs/wireWriteLog'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { RawSignature } from '@wadi/primitives/signed'
import { BATCH_COUNT_MAX, EMITTED_COUNT_MAX, WRITE_COUNT_MAX } from '../limits.ts'

/** Null is what a host has that never had a transaction; it is as good as none. */
const Inputs = nilable(list(bytes, { countMax: BATCH_COUNT_MAX }))
const WriteLog = wireWriteLog(WRITE_COUNT_MAX)
const Hashes = list(Hash, { countMax: BATCH_COUNT_MAX })

/** Would these transactions be good in the round after this block? */
export const CheckTxBatchRequest = struct({
  /** The block of the consensus layer that finalized the round. */
  consensusBlock: LightBlock,
  inputs: omitEmptyInRust(Inputs),
  block: Block,
  epoch: Epoch,
  maxMessages: u32,
})
export type CheckTxBatchRequest = Infer<typeof CheckTxBatchRequest>

/** Where a good transaction belongs. */
export const CheckTxMetadata = struct({
  priority: omitEmpty(u64),
  sender: omitEmpty(bytes),
  senderSeq: omitEmpty(u64),
  senderStateSeq: omitEmpty(u64),
})
export type CheckTxMetadata = Infer<typeof CheckTxMetadata>

/** An error of code 0 is none. */
export const CheckTxResult = struct({
  error: TransactionError,
  meta: omitEmptyInGo(nilable(CheckTxMetadata)),
})
export type CheckTxResult = Infer<typeof CheckTxResult>

/** As many results as there were transactions. */
export const CheckTxBatchResponse = struct({
  results: list(CheckTxResult, { countMax: BATCH_COUNT_MAX }),
})
export type CheckTxBatchResponse = Infer<typeof CheckTxBatchResponse>

/** Executing a batch as it is, or making one. */
export const EXECUTION_MODES = { execute: 0, schedule: 1 } as const

/** Makes the round after this block. */
export const ExecuteTxBatchRequest = struct({
  mode: omitEmpty(u8),
  consensusBlock: LightBlock,
  roundResults: nilable(RoundResults),
  /** The root over the inputs; all zero if the batch is to be made. */
  ioRoot: Hash,
  inputs: omitEmptyInRust(Inputs),
  inMessages: named('in_msgs', omitEmpty(list(IncomingMessage))),
  block: Block,
  epoch: Epoch,
  maxMessages: u32,
})
export type ExecuteTxBatchRequest = Infer<typeof ExecuteTxBatchRequest>

/** What came out of a batch, and what it did to both trees. */
export const ComputedBatch = struct({
  header: ComputeResultsHeader,
  ioWriteLog: WriteLog,
  stateWriteLog: WriteLog,
  rakSig: RawSignature,
  messages: list(Message, { countMax: EMITTED_COUNT_MAX }),
})
export type ComputedBatch = Infer<typeof ComputedBatch>

/** The results; all but the batch only where the runtime made the batch. */
export const ExecuteTxBatchResponse = struct({
  batch: ComputedBatch,
  txHashes: omitEmptyInGo(Hashes),
  txRejectHashes: omitEmptyInGo(Hashes),
  txInputRoot: Hash,
  txInputWriteLog: omitEmptyInGo(WriteLog),
  /** Runtimes of old say something here that nobody reads. */
  batchWeightLimits: omitEmpty(raw),
})
export type ExecuteTxBatchResponse = Infer<typeof ExecuteTxBatchResponse>

/** A question that only the runtime understands. */
export const QueryRequest = struct({
  consensusBlock: LightBlock,
  header: Header,
  epoch: Epoch,
  maxMessages: u32,
  method: text,
  args: omitEmpty(bytes),
})
export type QueryRequest = Infer<typeof QueryRequest>

export const QueryResponse = struct({ data: omitEmpty(bytes) })
export type QueryResponse = Infer<typeof QueryResponse>
