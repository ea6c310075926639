/** One message of the Runtime Host Protocol, with a body of one of all kinds. */

import { CodedError } from '@wadi/base/errors'
import { decodeRpc, encode, encodeRust, type Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { errors as cborErrors } from '@wadi/cbor/errors'
import { rustEnum } from '@wadi/cbor/oneOf'
import { raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { checkItemCount } from '../itemCount.ts'
import { MESSAGE_ITEM_COUNT_MAX, MESSAGE_SIZE_MAX } from '../limits.ts'
import * as batches from './batches.ts'
import * as enclave from './enclave.ts'
import { errors } from './errors.ts'
import { RuntimeInfoRequest, RuntimeInfoResponse } from './information.ts'
import * as notices from './notices.ts'
import * as services from './services.ts'

const Empty = struct({})

const bodies = {
  Empty,
  /** Why there is no answer. */
  Error: TransactionError,

  RuntimeInfoRequest,
  RuntimeInfoResponse,
  RuntimePingRequest: Empty,
  RuntimeShutdownRequest: Empty,
  RuntimeAbortRequest: Empty,
  RuntimeAbortResponse: Empty,
  RuntimeCapabilityTEERakInitRequest: enclave.RakInitRequest,
  RuntimeCapabilityTEERakInitResponse: Empty,
  RuntimeCapabilityTEERakReportRequest: Empty,
  RuntimeCapabilityTEERakReportResponse: enclave.RakReportResponse,
  RuntimeCapabilityTEERakAvrRequest: enclave.RakAvrRequest,
  RuntimeCapabilityTEERakAvrResponse: Empty,
  RuntimeCapabilityTEERakQuoteRequest: enclave.RakQuoteRequest,
  RuntimeCapabilityTEERakQuoteResponse: enclave.RakQuoteResponse,
  RuntimeCapabilityTEEUpdateEndorsementRequest: enclave.UpdateEndorsementRequest,
  RuntimeCapabilityTEEUpdateEndorsementResponse: Empty,
  RuntimeRPCCallRequest: enclave.RpcCallRequest,
  RuntimeRPCCallResponse: enclave.RpcCallResponse,
  RuntimeLocalRPCCallRequest: enclave.LocalRpcCallRequest,
  RuntimeLocalRPCCallResponse: enclave.RpcCallResponse,
  RuntimeCheckTxBatchRequest: batches.CheckTxBatchRequest,
  RuntimeCheckTxBatchResponse: batches.CheckTxBatchResponse,
  RuntimeExecuteTxBatchRequest: batches.ExecuteTxBatchRequest,
  RuntimeExecuteTxBatchResponse: batches.ExecuteTxBatchResponse,
  RuntimeKeyManagerStatusUpdateRequest: notices.KeyManagerStatusUpdateRequest,
  RuntimeKeyManagerStatusUpdateResponse: Empty,
  RuntimeKeyManagerQuotePolicyUpdateRequest: notices.KeyManagerQuotePolicyUpdateRequest,
  RuntimeKeyManagerQuotePolicyUpdateResponse: Empty,
  RuntimeQueryRequest: batches.QueryRequest,
  RuntimeQueryResponse: batches.QueryResponse,
  RuntimeConsensusSyncRequest: notices.ConsensusSyncRequest,
  RuntimeConsensusSyncResponse: Empty,
  RuntimeNotifyRequest: notices.NotifyRequest,
  RuntimeNotifyResponse: Empty,

  HostRPCCallRequest: services.HostRpcCallRequest,
  HostRPCCallResponse: services.HostRpcCallResponse,
  HostSubmitPeerFeedbackRequest: services.SubmitPeerFeedbackRequest,
  HostSubmitPeerFeedbackResponse: Empty,
  HostStorageSyncRequest: services.StorageSyncRequest,
  HostStorageSyncResponse: services.StorageSyncResponse,
  HostLocalStorageGetRequest: services.LocalStorageGetRequest,
  HostLocalStorageGetResponse: services.LocalStorageGetResponse,
  HostLocalStorageSetRequest: services.LocalStorageSetRequest,
  HostLocalStorageSetResponse: Empty,
  HostFetchConsensusBlockRequest: services.HeightRequest,
  HostFetchConsensusBlockResponse: services.ConsensusBlockResponse,
  HostFetchConsensusValidatorsRequest: services.HeightRequest,
  HostFetchConsensusValidatorsResponse: services.ConsensusValidatorsResponse,
  HostFetchConsensusEventsRequest: services.ConsensusEventsRequest,
  HostFetchConsensusEventsResponse: services.ConsensusEventsResponse,
  HostFetchTxBatchRequest: services.TxBatchRequest,
  HostFetchTxBatchResponse: services.TxBatchResponse,
  HostFetchGenesisHeightRequest: Empty,
  HostFetchGenesisHeightResponse: services.GenesisHeightResponse,
  HostFetchBlockMetadataTxRequest: services.HeightRequest,
  HostFetchBlockMetadataTxResponse: services.ProvedTransactionResponse,
  HostProveFreshnessRequest: services.ProveFreshnessRequest,
  HostProveFreshnessResponse: services.ProvedTransactionResponse,
  HostIdentityRequest: Empty,
  HostIdentityResponse: services.IdentityResponse,
  HostSubmitTxRequest: services.SubmitTxRequest,
  HostSubmitTxResponse: services.SubmitTxResponse,
  HostRegisterNotifyRequest: notices.RegisterNotifyRequest,
  HostRegisterNotifyResponse: Empty,
} as const

/** What a message says: one of these. */
export const Body = rustEnum(bodies)
export type Body = Infer<typeof Body>
export type BodyKind = Body['kind']

/** The two types of messages. */
export const MESSAGE_TYPES = { request: 1, response: 2 } as const

/** Each side counts its own requests from 0, and an answer has the number of its request. */
export const Message = struct({ id: u64, messageType: u8, body: Body })
export type Message = Infer<typeof Message>

/** A message of which the body is of a kind that is not known here. */
export interface ForeignMessage extends Omit<Message, 'body'> {
  readonly body: undefined
}

const ForeignForm = struct({ id: u64, messageType: u8, body: mapOf(text, raw) })

/** Refuses a message that the other side would not read. */
function checkSize(message: Uint8Array): Uint8Array {
  if (message.length > MESSAGE_SIZE_MAX) throw errors.messageTooLarge(`${message.length} bytes`)
  return message
}

/** A message as hosts write it. */
export function encodeForRuntime(message: Message): Uint8Array {
  return checkSize(encode(Message, message))
}

/** A message as runtimes write it. */
export function encodeForHost(message: Message): Uint8Array {
  return checkSize(encodeRust(Message, message))
}

/**
 * Reads a message of either side, as hosts do: a field that is not known is passed over, and so is
 * a body, so that whoever asks for something new can be told that it is not there.
 *
 * COMPAT(oasis-core): the reference also takes a message with several bodies, or none. Runtimes in
 * Rust drop it without a word, and no side ever writes one.
 */
export function decodeMessage(bytes: Uint8Array): Message | ForeignMessage {
  checkSize(bytes)
  checkItemCount(bytes, MESSAGE_ITEM_COUNT_MAX)
  try {
    return decodeRpc(Message, bytes)
  } catch (error) {
    if (!isUnknownKind(error)) throw error
    const { id, messageType } = decodeRpc(ForeignForm, bytes)
    return { id, messageType, body: undefined }
  }
}

const UNKNOWN_KIND = cborErrors.unknownVariant().reason

/** No body has variants in it, so that only the body itself can be meant. */
function isUnknownKind(error: unknown): boolean {
  return error instanceof CodedError && error.reason === UNKNOWN_KIND
}
