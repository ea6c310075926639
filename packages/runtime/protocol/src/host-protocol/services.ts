/** What a runtime asks of its host while it works. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bool, bytes, fixedBytes, text, u8, u32, u64 } from '@wadi/cbor/scalars'
import { named, nilable, omitEmpty, omitEmptyInGo, optional, struct } from '@wadi/cbor/struct'
import { TransactionEvent, TransactionProof } from '@wadi/consensus/consensus/api'
import { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import { Proof } from '@wadi/mkvs/proof'
import { GetPrefixesRequest, GetRequest, IterateRequest, ProofResponse } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { BATCH_COUNT_MAX, NODE_COUNT_MAX } from '../limits.ts'

/** How a peer did that was called for a runtime. */
export const PEER_FEEDBACK = { success: 0, failure: 1, badPeer: 2 } as const

/** Calls another enclave, on one of these nodes. */
export const HostRpcCallRequest = struct({
  /** Such as `key-manager`. */
  endpoint: text,
  /** What feedback refers to; zero is the way of old, with the feedback in the next call. */
  requestId: u64,
  request: bytes,
  kind: omitEmptyInGo(u8),
  nodes: nilable(list(PublicKey, { countMax: NODE_COUNT_MAX })),
  peerFeedback: named('pf', optional(u8)),
})
export type HostRpcCallRequest = Infer<typeof HostRpcCallRequest>

export const HostRpcCallResponse = struct({ response: bytes, node: PublicKey })
export type HostRpcCallResponse = Infer<typeof HostRpcCallResponse>

/** How a call went, so that the host knows whom to ask next time. */
export const SubmitPeerFeedbackRequest = struct({
  endpoint: text,
  requestId: u64,
  peerFeedback: u8,
})
export type SubmitPeerFeedbackRequest = Infer<typeof SubmitPeerFeedbackRequest>

/** Whose state is read. */
export const STORAGE_ENDPOINTS = { runtime: 0, consensus: 1 } as const

/** Reads a state: one of the three ways. */
export const StorageSyncRequest = struct({
  endpoint: omitEmptyInGo(u8),
  syncGet: named('SyncGet', optional(GetRequest)),
  syncGetPrefixes: named('SyncGetPrefixes', optional(GetPrefixesRequest)),
  syncIterate: named('SyncIterate', optional(IterateRequest)),
})
export type StorageSyncRequest = Infer<typeof StorageSyncRequest>

export const StorageSyncResponse = struct({
  proofResponse: named('ProofResponse', optional(ProofResponse)),
})
export type StorageSyncResponse = Infer<typeof StorageSyncResponse>

/** Reads what the runtime has put on this node. Not to be trusted: only the host guards it. */
export const LocalStorageGetRequest = struct({ key: bytes })
export type LocalStorageGetRequest = Infer<typeof LocalStorageGetRequest>

/** Undefined if there is nothing; runtimes in Rust take that for empty. */
export const LocalStorageGetResponse = struct({ value: nilable(bytes) })
export type LocalStorageGetResponse = Infer<typeof LocalStorageGetResponse>

export const LocalStorageSetRequest = struct({ key: bytes, value: bytes })
export type LocalStorageSetRequest = Infer<typeof LocalStorageSetRequest>

/** A question about one height; zero is the last one where there is a block. */
export const HeightRequest = struct({ height: u64 })
export type HeightRequest = Infer<typeof HeightRequest>

export const ConsensusBlockResponse = struct({ block: LightBlock })
export type ConsensusBlockResponse = Infer<typeof ConsensusBlockResponse>

export const ConsensusValidatorsResponse = struct({ validators: Validators })
export type ConsensusValidatorsResponse = Infer<typeof ConsensusValidatorsResponse>

/** Whose events are asked for. */
export const EVENT_KINDS = { staking: 1, registry: 2, roothash: 3, governance: 4 } as const

export const ConsensusEventsRequest = struct({ height: u64, kind: u8 })
export type ConsensusEventsRequest = Infer<typeof ConsensusEventsRequest>

export const ConsensusEventsResponse = struct({ events: omitEmpty(list(TransactionEvent)) })
export type ConsensusEventsResponse = Infer<typeof ConsensusEventsResponse>

export const GenesisHeightResponse = struct({ height: u64 })
export type GenesisHeightResponse = Infer<typeof GenesisHeightResponse>

/** More transactions for the batch that is being made, after the one of this hash. */
export const TxBatchRequest = struct({ offset: optional(Hash), limit: u32 })
export type TxBatchRequest = Infer<typeof TxBatchRequest>

export const TxBatchResponse = struct({
  batch: omitEmpty(list(bytes, { countMax: BATCH_COUNT_MAX })),
})
export type TxBatchResponse = Infer<typeof TxBatchResponse>

/** A transaction of the consensus layer, and the proof that it is in its block. */
export const ProvedTransactionResponse = struct({
  signedTx: SignedTransaction,
  proof: TransactionProof,
})
export type ProvedTransactionResponse = Infer<typeof ProvedTransactionResponse>

/** Has a nonce put into a block, so that whatever block it is in is newer than the nonce. */
export const ProveFreshnessRequest = struct({ blob: fixedBytes(32) })
export type ProveFreshnessRequest = Infer<typeof ProveFreshnessRequest>

export const IdentityResponse = struct({ nodeId: PublicKey })
export type IdentityResponse = Infer<typeof IdentityResponse>

/** Submits a transaction to a runtime. */
export const SubmitTxRequest = struct({
  runtimeId: Namespace,
  data: bytes,
  wait: omitEmptyInGo(bool),
  prove: omitEmptyInGo(bool),
})
export type SubmitTxRequest = Infer<typeof SubmitTxRequest>

export const SubmitTxResponse = struct({
  output: omitEmpty(bytes),
  round: omitEmpty(u64),
  batchOrder: omitEmpty(u32),
  proof: optional(Proof),
})
export type SubmitTxResponse = Infer<typeof SubmitTxResponse>
