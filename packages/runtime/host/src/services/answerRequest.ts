/** What a host answers to the requests of its runtime, in the words of the reference. */

import type { EventService, RuntimeServices, StateReader } from '@wadi/contracts/runtime-services'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import {
  EVENT_KINDS,
  type HostRpcCallRequest,
  STORAGE_ENDPOINTS,
  type StorageSyncRequest,
} from '@wadi/runtime-protocol/host-protocol/services'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { notSupported } from '../errors.ts'
import { fetchBlock, fetchValidators } from './lightBlocks.ts'
import { findMetadata } from './metadataTransaction.ts'

/** What calls between enclaves name the key manager. */
export const KEY_MANAGER_ENDPOINT = 'key-manager'

const EMPTY = {}

/** Answers what the runtime on the chain asks. Undefined stands for what is not known here. */
export async function answerRequest(
  services: RuntimeServices,
  request: Body | undefined,
  signal: AbortSignal,
): Promise<Body> {
  switch (request?.kind) {
    case 'HostRPCCallRequest':
      return callEnclave(services, request.body, signal)
    case 'HostSubmitPeerFeedbackRequest':
      return submitFeedback(services, request)
    case 'HostStorageSyncRequest':
      return readState(services, request.body, signal)
    case 'HostLocalStorageGetRequest':
    case 'HostLocalStorageSetRequest':
      return useLocalStorage(services, request)
    case 'HostFetchTxBatchRequest':
      return fetchBatch(services, request)
    case 'HostProveFreshnessRequest': {
      const body = await services.identity.proveFreshness(request.body.blob, signal)
      return { kind: 'HostProveFreshnessResponse', body }
    }
    case 'HostIdentityRequest':
      return { kind: 'HostIdentityResponse', body: { nodeId: services.identity.nodeId } }
    default:
      return answerOfChain(services, request, signal)
  }
}

/** What the consensus layer knows. */
async function answerOfChain(
  services: RuntimeServices,
  request: Body | undefined,
  signal: AbortSignal,
): Promise<Body> {
  const { consensus } = services
  switch (request?.kind) {
    case 'HostFetchConsensusBlockRequest': {
      const block = await fetchBlock(services, request.body.height, signal)
      return { kind: 'HostFetchConsensusBlockResponse', body: { block } }
    }
    case 'HostFetchConsensusValidatorsRequest': {
      const validators = await fetchValidators(services, request.body.height, signal)
      return { kind: 'HostFetchConsensusValidatorsResponse', body: { validators } }
    }
    case 'HostFetchConsensusEventsRequest': {
      const { height, kind } = request.body
      const events = await consensus.events(height, serviceOf(kind), signal)
      return { kind: 'HostFetchConsensusEventsResponse', body: { events } }
    }
    case 'HostFetchGenesisHeightRequest': {
      const height = await consensus.genesisHeight()
      return { kind: 'HostFetchGenesisHeightResponse', body: { height } }
    }
    case 'HostFetchBlockMetadataTxRequest': {
      const { height } = request.body
      const body = findMetadata(height, await consensus.transactions(height, signal))
      return { kind: 'HostFetchBlockMetadataTxResponse', body }
    }
    default:
      throw notSupported('method')
  }
}

function serviceOf(kind: number): EventService {
  switch (kind) {
    case EVENT_KINDS.staking:
      return 'staking'
    case EVENT_KINDS.registry:
      return 'registry'
    case EVENT_KINDS.roothash:
      return 'roothash'
    case EVENT_KINDS.governance:
      return 'governance'
    default:
      throw notSupported('method')
  }
}

async function callEnclave(
  { keyManager }: RuntimeServices,
  request: HostRpcCallRequest,
  signal: AbortSignal,
): Promise<Body> {
  if (request.endpoint !== KEY_MANAGER_ENDPOINT || keyManager === undefined) {
    throw notSupported('endpoint')
  }
  return { kind: 'HostRPCCallResponse', body: await keyManager.call(request, signal) }
}

function submitFeedback(
  { keyManager }: RuntimeServices,
  { body }: Request<'HostSubmitPeerFeedbackRequest'>,
): Body {
  if (body.endpoint !== KEY_MANAGER_ENDPOINT || keyManager === undefined) {
    throw notSupported('endpoint')
  }
  keyManager.submitFeedback(body)
  return { kind: 'HostSubmitPeerFeedbackResponse', body: EMPTY }
}

async function readState(
  services: RuntimeServices,
  { endpoint, syncGet, syncGetPrefixes, syncIterate }: StorageSyncRequest,
  signal: AbortSignal,
): Promise<Body> {
  const reader = readerOf(services, endpoint)
  const read = () => {
    if (syncGet !== undefined) return reader.get(syncGet, signal)
    if (syncGetPrefixes !== undefined) return reader.getPrefixes(syncGetPrefixes, signal)
    if (syncIterate !== undefined) return reader.iterate(syncIterate, signal)
    throw notSupported('method')
  }
  const proof = await read()
  return { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } }
}

function readerOf({ consensus, runtimeState }: RuntimeServices, endpoint: number): StateReader {
  const { runtime, consensus: consensusEndpoint } = STORAGE_ENDPOINTS
  const reader = { [runtime]: runtimeState, [consensusEndpoint]: consensus.state }[endpoint]
  if (reader === undefined) throw notSupported('endpoint')
  return reader
}

async function useLocalStorage(
  { localStorage }: RuntimeServices,
  request: Request<'HostLocalStorageGetRequest'> | Request<'HostLocalStorageSetRequest'>,
): Promise<Body> {
  if (request.kind === 'HostLocalStorageGetRequest') {
    const value = await localStorage.get(request.body.key)
    return { kind: 'HostLocalStorageGetResponse', body: { value } }
  }
  await localStorage.set(request.body.key, request.body.value)
  return { kind: 'HostLocalStorageSetResponse', body: EMPTY }
}

function fetchBatch(services: RuntimeServices, { body }: Request<'HostFetchTxBatchRequest'>): Body {
  if (services.fetchBatch === undefined) throw notSupported('method')
  const batch = services.fetchBatch(body.offset, body.limit)
  return { kind: 'HostFetchTxBatchResponse', body: { batch } }
}
