/** What a host answers to a program that runs beside the runtime on the chain. */

import { concatBytes, EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import type { Timers } from '@wadi/base/timers'
import type { OffChainServices, RuntimeServices } from '@wadi/contracts/runtime-services'
import { PublicKey } from '@wadi/primitives/publicKey'
import { printComponentId } from '@wadi/runtime-protocol/bundle/components'
import type { ComponentId } from '@wadi/runtime-protocol/client/api'
import { errors as clientErrors } from '@wadi/runtime-protocol/client/errors'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { notSupported, refusal } from '../errors.ts'
import { ON_CHAIN_CALL_MS, SUBMIT_MS } from '../limits.ts'
import { answerRequest } from './answerRequest.ts'
import { within } from './within.ts'

/** What calls between enclaves name the runtime on the chain. */
export const ON_CHAIN_ENDPOINT = 'ronl'
/** Programs that manage others ask for these; a node of ours lets nobody do that. */
const MANAGEMENT_ENDPOINTS: readonly string[] = [
  'bundle-manager',
  'volume-manager',
  'log-manager',
  'attestation',
]

/** Who asks, and what there is for it. */
export interface OffChainComponent {
  readonly id: ComponentId
  readonly services: RuntimeServices
  readonly offChain: OffChainServices
  readonly timers: Timers
}

/** Answers what a program beside the runtime on the chain asks. */
export async function answerOffChain(
  component: OffChainComponent,
  request: Body | undefined,
  signal: AbortSignal,
): Promise<Body> {
  const { id, services, offChain } = component
  switch (request?.kind) {
    case 'HostRPCCallRequest':
      return callEndpoint(component, request, signal)
    case 'HostLocalStorageGetRequest': {
      const own = { ...request, body: { key: keyOf(id, request.body.key) } }
      return answerRequest(services, own, signal)
    }
    case 'HostLocalStorageSetRequest': {
      const own = { ...request, body: { ...request.body, key: keyOf(id, request.body.key) } }
      return answerRequest(services, own, signal)
    }
    case 'HostSubmitTxRequest':
      return submit(component, request, signal)
    case 'HostRegisterNotifyRequest':
      offChain.registerNotify(request.body)
      return { kind: 'HostRegisterNotifyResponse', body: {} }
    default:
      return answerRequest(services, request, signal)
  }
}

/** Each program has keys of its own. */
function keyOf(id: ComponentId, key: Uint8Array): Uint8Array {
  return concatBytes(toUtf8(`${printComponentId(id)}:`), key)
}

async function callEndpoint(
  { services, offChain, timers }: OffChainComponent,
  request: Request<'HostRPCCallRequest'>,
  signal: AbortSignal,
): Promise<Body> {
  const { endpoint, kind } = request.body
  if (MANAGEMENT_ENDPOINTS.includes(endpoint)) {
    if (kind !== RPC_KINDS.localQuery) throw notSupported('endpoint')
    throw refusal(`${endpoint} is not available on this node`)
  }
  if (endpoint !== ON_CHAIN_ENDPOINT) return answerRequest(services, request, signal)
  const { callOnChain } = offChain
  if (callOnChain === undefined) throw notSupported('endpoint')
  if (kind !== RPC_KINDS.noiseSession) throw refusal('only secure noise sessions are allowed')
  const response = await within({ timers, ms: ON_CHAIN_CALL_MS, signal }, (limited) =>
    callOnChain(request.body.request, limited),
  )
  // COMPAT(oasis-core): there is no node that could be named.
  return { kind: 'HostRPCCallResponse', body: { response, node: PublicKey.zero } }
}

async function submit(
  { offChain, timers }: OffChainComponent,
  { body }: Request<'HostSubmitTxRequest'>,
  signal: AbortSignal,
): Promise<Body> {
  const { runtimeId, data, wait } = body
  const { checkTxError, ...submitted } = await within(
    { timers, ms: SUBMIT_MS, signal },
    (limited) => offChain.submit({ runtimeId, data }, wait ? 'wait' : 'hand-on', limited),
  )
  if (checkTxError !== undefined) {
    const { module, code, message } = checkTxError
    const context = `runtime error: module: ${module} code: ${code} message: ${message}`
    throw clientErrors.checkTxFailed(context)
  }
  const { data: output, round, batchOrder } = submitted
  const told = wait ? { output, round, batchOrder } : NOTHING
  return { kind: 'HostSubmitTxResponse', body: { ...told, proof: undefined } }
}

const NOTHING = { output: EMPTY_BYTES, round: 0n, batchOrder: 0 }
