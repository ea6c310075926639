/** Which answer belongs to which request. */

import type { Body, BodyKind } from './message.ts'

/**
 * The kinds of answers to each kind of request. A runtime in Rust is not of one mind with its host
 * in two places, and says something else than what a host would say.
 */
export const ANSWERS = {
  RuntimeInfoRequest: ['RuntimeInfoResponse'],
  RuntimePingRequest: ['Empty'],
  RuntimeShutdownRequest: ['Empty'],
  RuntimeAbortRequest: ['RuntimeAbortResponse'],
  RuntimeCapabilityTEERakInitRequest: ['RuntimeCapabilityTEERakInitResponse'],
  RuntimeCapabilityTEERakReportRequest: ['RuntimeCapabilityTEERakReportResponse'],
  RuntimeCapabilityTEERakAvrRequest: [
    'RuntimeCapabilityTEERakAvrResponse',
    'RuntimeCapabilityTEERakQuoteResponse',
  ],
  RuntimeCapabilityTEERakQuoteRequest: ['RuntimeCapabilityTEERakQuoteResponse'],
  RuntimeCapabilityTEEUpdateEndorsementRequest: ['RuntimeCapabilityTEEUpdateEndorsementResponse'],
  RuntimeRPCCallRequest: ['RuntimeRPCCallResponse'],
  RuntimeLocalRPCCallRequest: ['RuntimeLocalRPCCallResponse'],
  RuntimeCheckTxBatchRequest: ['RuntimeCheckTxBatchResponse'],
  RuntimeExecuteTxBatchRequest: ['RuntimeExecuteTxBatchResponse'],
  RuntimeKeyManagerStatusUpdateRequest: ['RuntimeKeyManagerStatusUpdateResponse'],
  RuntimeKeyManagerQuotePolicyUpdateRequest: ['RuntimeKeyManagerQuotePolicyUpdateResponse'],
  RuntimeQueryRequest: ['RuntimeQueryResponse'],
  RuntimeConsensusSyncRequest: ['RuntimeConsensusSyncResponse'],
  RuntimeNotifyRequest: ['Empty', 'RuntimeNotifyResponse'],
  HostRPCCallRequest: ['HostRPCCallResponse'],
  HostSubmitPeerFeedbackRequest: ['HostSubmitPeerFeedbackResponse'],
  HostStorageSyncRequest: ['HostStorageSyncResponse'],
  HostLocalStorageGetRequest: ['HostLocalStorageGetResponse'],
  HostLocalStorageSetRequest: ['HostLocalStorageSetResponse'],
  HostFetchConsensusBlockRequest: ['HostFetchConsensusBlockResponse'],
  HostFetchConsensusValidatorsRequest: ['HostFetchConsensusValidatorsResponse'],
  HostFetchConsensusEventsRequest: ['HostFetchConsensusEventsResponse'],
  HostFetchTxBatchRequest: ['HostFetchTxBatchResponse'],
  HostFetchGenesisHeightRequest: ['HostFetchGenesisHeightResponse'],
  HostFetchBlockMetadataTxRequest: ['HostFetchBlockMetadataTxResponse'],
  HostProveFreshnessRequest: ['HostProveFreshnessResponse'],
  HostIdentityRequest: ['HostIdentityResponse'],
  HostSubmitTxRequest: ['HostSubmitTxResponse'],
  HostRegisterNotifyRequest: ['HostRegisterNotifyResponse'],
} as const satisfies Partial<Record<BodyKind, readonly BodyKind[]>>

/** The kinds of bodies that ask for something. */
export type RequestKind = keyof typeof ANSWERS

/** The bodies that answer a kind of request. */
export type AnswerTo<K extends RequestKind> = Extract<
  Body,
  { readonly kind: (typeof ANSWERS)[K][number] }
>

/** Is the body an answer to the request? An error is not: it says why there is none. */
export function isAnswerTo<K extends RequestKind>(request: K, body: Body): body is AnswerTo<K> {
  const kinds: readonly BodyKind[] = ANSWERS[request]
  return kinds.includes(body.kind)
}
