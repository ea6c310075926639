/** Recorded calls beside what is answered to them. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, PLAIN_MODULE } from '@wadi/base/errors'
import { decodeRpc, encode, zero } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { raw, text, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Status as NodeStatus } from '@wadi/consensus/control'
import { STATUS, type StatusName } from '@wadi/grpc/status'
import { bytesOfBase64, type RecordedCall } from '../records.ts'

/** What came of a call, in words that can be compared. */
export interface CallOutcome {
  readonly answer?: string
  readonly status?: number | undefined
  readonly message?: string | undefined
  readonly details?: string | undefined
}

/** Asks a node; what it refuses is thrown. */
export type AskNode = (method: string, request: Uint8Array) => Promise<Uint8Array>

/** A failure as it is sent beside its words. */
const Details = struct({ module: omitEmpty(text), code: omitEmpty(u32) })

/** COMPAT(oasis-core): the reference walks a hash map, in whatever order. */
function inOrder(answer: Uint8Array): string {
  const items = decodeRpc(list(raw), answer).map(toHex)
  return items.sort((a, b) => (a < b ? -1 : 1)).join(' ')
}

/** What is the node's own, its keys and its version, is compared in form only. */
function inForm(answer: Uint8Array): string {
  const status = decodeRpc(NodeStatus, answer)
  if (toHex(encode(NodeStatus, status)) !== toHex(answer)) return `malformed ${toHex(answer)}`
  const { identity, softwareVersion } = zero(NodeStatus)
  return toHex(encode(NodeStatus, { ...status, identity, softwareVersion }))
}

const PRINTERS: ReadonlyMap<string, (answer: Uint8Array) => string> = new Map([
  ['Scheduler/GetValidators', inOrder],
  ['NodeController/GetStatus', inForm],
])

function printAnswer(method: string, answer: Uint8Array): string {
  return (PRINTERS.get(method) ?? toHex)(answer)
}

/** What was recorded. */
export function recordedOutcome(call: RecordedCall): CallOutcome {
  const { method, response, grpc_status, grpc_message, error_details } = call
  if (response !== undefined) return { answer: printAnswer(method, bytesOfBase64(response)) }
  const details = error_details && toHex(bytesOfBase64(error_details))
  return { status: grpc_status, message: grpc_message, details }
}

function statusOf({ reason }: CodedError): number {
  const name = reason.startsWith('grpc.') ? reason.slice('grpc.'.length) : 'unknown'
  return Object.hasOwn(STATUS, name) ? STATUS[name as StatusName] : STATUS.unknown
}

function failureOf(error: CodedError): CallOutcome {
  const { module, code, message } = error
  const isPlain = module === PLAIN_MODULE
  const details = isPlain ? undefined : toHex(encode(Details, { module, code }))
  return { status: statusOf(error), message, details }
}

/** What a node answers. */
export async function ownOutcome(ask: AskNode, call: RecordedCall): Promise<CallOutcome> {
  try {
    const answer = await ask(call.method, bytesOfBase64(call.request ?? ''))
    return { answer: printAnswer(call.method, answer) }
  } catch (error) {
    if (error instanceof CodedError) return failureOf(error)
    throw error
  }
}

/** Are they the same? */
export function areSame(a: CallOutcome, b: CallOutcome): boolean {
  const { answer, status, message, details } = a
  const isAnswer = answer === b.answer && status === b.status
  return isAnswer && message === b.message && details === b.details
}
