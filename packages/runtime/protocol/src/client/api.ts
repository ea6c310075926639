/** What a node is asked about the runtimes that it follows or runs. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, text, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { askedFor, grown, Nothing, watchedFor } from '@wadi/consensus/api'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { Block } from '@wadi/consensus/roothash/block'
import { GetPrefixesRequest, GetRequest, IterateRequest, ProofResponse } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'

/** A transaction for a runtime, in the runtime's own form. */
export const TransactionRequest = struct({ runtimeId: Namespace, data: bytes })
export type TransactionRequest = Infer<typeof TransactionRequest>

/** Which round of a runtime is asked for; the highest number is the last one. */
export const RoundRequest = struct({ runtimeId: Namespace, round: u64 })
export type RoundRequest = Infer<typeof RoundRequest>

/** What became of a transaction, and where it is; or why it was not even tried. */
export const SubmittedTransaction = struct({
  data: omitEmpty(bytes),
  round: omitEmpty(u64),
  batchOrder: omitEmpty(u32),
  checkTxError: optional(TransactionError),
})
export type SubmittedTransaction = Infer<typeof SubmittedTransaction>

/** What a transaction told. */
export const PlainEvent = struct({ key: bytes, value: bytes })
export type PlainEvent = Infer<typeof PlainEvent>

/** What somebody told in a round; whoever it was without a transaction has the empty hash. */
export const RoundEvent = struct({ key: bytes, value: bytes, txHash: Hash })
export type RoundEvent = Infer<typeof RoundEvent>

/** A transaction, and what came of it; null where the tree has nothing. */
export const TransactionWithResult = struct({
  tx: bytes,
  result: nilable(bytes),
  events: omitEmpty(list(PlainEvent)),
})
export type TransactionWithResult = Infer<typeof TransactionWithResult>

/** One of the programs of a runtime. */
export const ComponentId = struct({ kind: text, name: omitEmpty(text) })
export type ComponentId = Infer<typeof ComponentId>

/** A question that only the runtime itself understands. */
export const Query = struct({
  runtimeId: Namespace,
  component: optional(ComponentId),
  round: u64,
  method: text,
  args: bytes,
})
export type Query = Infer<typeof Query>

export const QueryAnswer = struct({ data: bytes })
export type QueryAnswer = Infer<typeof QueryAnswer>

export const calls = {
  'RuntimeClient/SubmitTx': askedFor(TransactionRequest, bytes),
  'RuntimeClient/SubmitTxMeta': askedFor(TransactionRequest, SubmittedTransaction),
  'RuntimeClient/SubmitTxNoWait': askedFor(TransactionRequest, Nothing),
  'RuntimeClient/CheckTx': askedFor(TransactionRequest, Nothing),
  'RuntimeClient/GetGenesisBlock': askedFor(Namespace, Block),
  'RuntimeClient/GetBlock': askedFor(RoundRequest, Block),
  'RuntimeClient/GetLastRetainedBlock': askedFor(Namespace, Block),
  'RuntimeClient/GetTransactions': askedFor(RoundRequest, list(bytes)),
  'RuntimeClient/GetTransactionsWithResults': askedFor(RoundRequest, grown(TransactionWithResult)),
  'RuntimeClient/GetUnconfirmedTransactions': askedFor(Namespace, grown(bytes)),
  'RuntimeClient/GetEvents': askedFor(RoundRequest, list(RoundEvent)),
  'RuntimeClient/Query': askedFor(Query, QueryAnswer),
  'RuntimeClient/StateSyncGet': askedFor(GetRequest, ProofResponse),
  'RuntimeClient/StateSyncGetPrefixes': askedFor(GetPrefixesRequest, ProofResponse),
  'RuntimeClient/StateSyncIterate': askedFor(IterateRequest, ProofResponse),
} as const

export const streams = {
  'RuntimeClient/WatchBlocks': watchedFor(Namespace, AnnotatedBlock),
} as const
