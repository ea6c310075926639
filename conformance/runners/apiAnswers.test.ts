import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { CodedError, PLAIN_MODULE } from '@wadi/base/errors'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { raw, text, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { ParametersAnswer } from '@wadi/consensus/consensus/api'
import { apiMethods } from '@wadi/consensus-services/api'
import { answerEncoded } from '@wadi/consensus-services/kernel/api'
import {
  answerFromProof,
  proveAnswer,
  type Outcome as Settled,
} from '@wadi/consensus-services/kernel/proveAnswer'
import { Arena } from '@wadi/mkvs/arena'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { RecordedViews } from '../src/recordedViews.ts'
import { bytesOfBase64, type RecordedCall } from '../src/records.ts'
import { listFolder, readNdjson } from '../src/vectors.ts'

/** COMPAT(oasis-core): the reference walks a hash map, in whatever order. */
const UNORDERED: ReadonlySet<string> = new Set(['Scheduler/GetValidators'])

/** gRPC's number for what has no other. */
const STATUS_UNKNOWN = 2

/** A failure as it is sent beside its words. */
const Details = struct({ module: omitEmpty(text), code: omitEmpty(u32) })

/** An answer, or why there is none, in words that can be compared. */
function recordedOutcome({ response, grpc_status, grpc_message, error_details }: RecordedCall) {
  if (response !== undefined) return { answer: toHex(bytesOfBase64(response)) }
  const details = error_details && toHex(bytesOfBase64(error_details))
  return { status: grpc_status, message: grpc_message, details }
}

function failureOf({ module, code, message }: CodedError) {
  const isPlain = module === PLAIN_MODULE
  const details = isPlain ? undefined : toHex(encode(Details, { module, code }))
  return { status: STATUS_UNKNOWN, message, details }
}

/** CometBFT's own part of the parameters is the engine's: it is taken from the recording. */
function cometParametersOf({ method, response }: RecordedCall): Uint8Array {
  if (method !== 'Consensus/GetParameters' || response === undefined) return EMPTY_BYTES
  return decodeRpc(ParametersAnswer, bytesOfBase64(response)).meta
}

function ownOutcome(views: RecordedViews, call: RecordedCall) {
  const comet = cometParametersOf(call)
  const request = call.request === undefined ? undefined : bytesOfBase64(call.request)
  try {
    const method = apiMethods[call.method]!
    return { answer: toHex(answerEncoded(method, (height) => views.at(height, comet), request)) }
  } catch (error) {
    if (error instanceof CodedError) return failureOf(error)
    throw error
  }
}

/** Where proofs are checked: nothing that lies in the memory of whoever made them may help. */
const elsewhere = new Arena()

/** The outcome of a call as somebody sees it who has no state, but a proof under its root. */
function provedOutcome(views: RecordedViews, call: RecordedCall) {
  const method = apiMethods[call.method]!
  const request = decodeRpc(method.request, bytesOfBase64(call.request ?? ''))
  const view = views.at(method.heightOf(request), cometParametersOf(call))
  const { outcome, proof } = proveAnswer(method, view, request)
  const { root } = view.tree
  const shown = answerFromProof(method, { arena: elsewhere, root, proof }, view, request)
  const print = (settled: Settled<unknown>) =>
    'refusal' in settled
      ? failureOf(settled.refusal)
      : { answer: toHex(encode(method.response, settled.answer)) }
  return [print(outcome), print(shown)]
}

type Outcome = ReturnType<typeof recordedOutcome>

function inOrder(outcome: Outcome): Outcome {
  if (outcome.answer === undefined) return outcome
  const items = decodeRpc(list(raw), Buffer.from(outcome.answer, 'hex')).map(toHex)
  return { answer: items.sort((a, b) => (a < b ? -1 : 1)).join(' ') }
}

function checkCall(views: RecordedViews, call: RecordedCall): void {
  const arrange = UNORDERED.has(call.method) ? inOrder : (outcome: Outcome) => outcome
  const [ours, recorded] = [ownOutcome(views, call), recordedOutcome(call)].map(arrange)
  const what = `${call.method} ${toHex(bytesOfBase64(call.request ?? ''))}`
  assert.deepEqual(ours, recorded, what)
  for (const proved of provedOutcome(views, call))
    assert.deepEqual(arrange(proved), recorded, `${what}, proved`)
}

describe('the recorded calls', () => {
  for (const file of listFolder('api')) {
    const chain = file.replace('.ndjson.gz', '')
    const calls = [...readNdjson<RecordedCall>(`api/${file}`)]
    const byMethod = Map.groupBy(calls, ({ method }) => method)

    describe(`calls about ${chain}`, () => {
      const views = new RecordedViews(readChain(chain))
      for (const [method, asked] of byMethod) {
        // The rest is answered by a node: see archive.test.ts.
        if (!Object.hasOwn(apiMethods, method)) continue
        it(`${method}: ${asked.length} answers are the recorded ones, also from proofs`, () => {
          for (const call of asked) checkCall(views, call)
        })
      }
    })
  }
})
