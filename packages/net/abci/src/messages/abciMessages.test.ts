import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Application } from '@wadi/contracts/application'
import { decode, encode, zero } from '@wadi/protobuf/codec'
import { Header } from '@wadi/tendermint/types/header'
import fc from 'fast-check'
import { answerRequest, NO_QUERIES, type QueryAnswer } from '../answerRequest.ts'
import { REQUESTS, RESPONSES } from './abciVectors.ts'
import { Request } from './request.ts'
import { Response } from './response.ts'

const bytes = (value: number, size: number) => new Uint8Array(size).fill(value)
const TIME = { seconds: 1_700_000_000n, nanoseconds: 5 }

const params = {
  block: { maxBytes: 101n, maxGas: -1n },
  evidence: {
    maxAgeNumBlocks: 102n,
    maxAgeDuration: { seconds: 90n, nanoseconds: 7 },
    maxBytes: 103n,
  },
  pubKeyTypes: ['ed25519'],
  appVersion: 104n,
}
const validators = [11n, 0n].map((power) => ({ publicKey: bytes(9, 32), power }))
const validator = { address: bytes(2, 20), power: 12n }
const snapshot = { height: 21n, format: 22, chunks: 23, hash: bytes(4, 3), metadata: bytes(5, 3) }
const events = [
  {
    type: 'kind',
    attributes: [
      { key: 'key', value: 'value', index: true },
      { key: 'other', value: '', index: false },
    ],
  },
]

/** What all questions about blocks have in common. */
const context = {
  time: TIME,
  nextValidatorsHash: bytes(6, 32),
  proposerAddress: bytes(7, 20),
  lastCommitRound: 3,
  lastCommit: [
    { ...validator, hasSigned: true },
    { ...validator, hasSigned: false },
  ],
  misbehavior: [
    {
      kind: 'light-client-attack',
      ...validator,
      height: 13n,
      time: TIME,
      totalVotingPower: 14n,
    },
  ],
}
const header = {
  ...zero(Header),
  version: { block: 11n, app: 7n },
  chainId: 'chain',
  height: 31n,
  time: TIME,
  nextValidatorsHash: bytes(6, 32),
  proposerAddress: bytes(7, 20),
}

type Answers = { readonly [K in keyof Application]: ReturnType<Application[K]> }

/** What the application answers. */
const answers: Answers = {
  info: { version: 'v', appVersion: 1n, height: 2n, appHash: bytes(3, 3) },
  initChain: { consensusParams: params, validators, appHash: bytes(3, 3) },
  beginBlock: events,
  checkTx: {
    code: 1,
    data: bytes(2, 1),
    log: 'l',
    gasWanted: 3n,
    gasUsed: -4n,
    codespace: 'c',
    sender: 's',
    priority: 5n,
  },
  deliverTx: {
    code: 1,
    data: bytes(2, 1),
    log: 'l',
    gasWanted: -3n,
    gasUsed: 4n,
    codespace: 'c',
    events,
  },
  endBlock: {
    validatorUpdates: validators,
    consensusParamUpdates: {
      block: undefined,
      evidence: undefined,
      pubKeyTypes: undefined,
      appVersion: 30_064_771_072n,
    },
    events,
  },
  commit: { appHash: bytes(1, 2), retainHeight: 6n },
  listSnapshots: [snapshot],
  offerSnapshot: 'accept',
  loadSnapshotChunk: bytes(1, 2),
  applySnapshotChunk: { result: 'accept', refetchChunks: [0, 300], rejectSenders: ['s', 't'] },
  prepareProposal: [bytes(1, 2), bytes(0, 0)],
  processProposal: true,
}

/** Puts a question to an application that answers so, and tells what it was asked. */
function ask(name: string, changes: Partial<Answers> = {}) {
  const asked: unknown[] = []
  const given = { ...answers, ...changes }
  const application = Object.fromEntries(
    Object.entries(given).map(([method, answer]) => [
      method,
      (...args: readonly unknown[]) => {
        asked.push(method, ...args)
        return answer
      },
    ]),
  ) as unknown as Application
  const request = decode(Request, parseHex(REQUESTS[name] ?? ''))
  const response = answerRequest(application, request, NO_QUERIES)
  return { asked, answer: toHex(encode(Response, response)) }
}

/** What the application is asked by each of the vectors. */
const QUESTIONS: Readonly<Record<string, readonly unknown[]>> = {
  info: [],
  initChain: [
    {
      time: TIME,
      chainId: 'chain',
      consensusParams: params,
      validators,
      appState: toUtf8('{}'),
      initialHeight: 8n,
    },
  ],
  beginBlock: [
    {
      ...context,
      height: 31n,
      hash: bytes(8, 32),
      header: encode(Header, header),
      transactions: [],
    },
  ],
  checkTx: [bytes(1, 3), 'recheck'],
  deliverTx: [bytes(1, 3)],
  endBlock: [41n],
  commit: [],
  listSnapshots: [],
  offerSnapshot: [snapshot, bytes(3, 4)],
  loadSnapshotChunk: [51n, 52, 53],
  applySnapshotChunk: [61, bytes(2, 3), 's'],
  prepareProposal: [
    {
      ...context,
      height: 72n,
      hash: bytes(0, 0),
      transactions: [bytes(1, 2), bytes(0, 0)],
      bytesMax: 71n,
    },
  ],
  processProposal: [{ ...context, height: 82n, hash: bytes(8, 32) }, [bytes(1, 2)]],
}

describe('messages of CometBFT', () => {
  for (const [name, expected] of Object.entries(QUESTIONS))
    it(`${name}: the application is asked what CometBFT asked, and its answer is understood`, () => {
      const { asked, answer } = ask(name)
      assert.deepEqual(asked, [name, ...expected])
      assert.equal(answer, RESPONSES[name] ?? RESPONSES[`${name}1`])
    })

  it('have all results of snapshots and proposals', () => {
    const offers = ['accept', 'abort', 'reject', 'reject-format', 'reject-sender'] as const
    for (const [i, offerSnapshot] of offers.entries())
      assert.equal(
        ask('offerSnapshot', { offerSnapshot }).answer,
        RESPONSES[`offerSnapshot${i + 1}`],
      )
    const applies = ['accept', 'abort', 'retry', 'retry-snapshot', 'reject-snapshot'] as const
    for (const [i, result] of applies.entries()) {
      const applySnapshotChunk = { ...answers.applySnapshotChunk, result }
      const { answer } = ask('applySnapshotChunk', { applySnapshotChunk })
      assert.equal(answer, RESPONSES[`applySnapshotChunk${i + 1}`])
    }
    const { answer } = ask('processProposal', { processProposal: false })
    assert.equal(answer, RESPONSES['processProposal2'])
  })

  it('may say nothing of parameters', () => {
    const none = { consensusParams: undefined, validators: [], appHash: bytes(0, 0) }
    assert.equal(ask('initChain', { initChain: none }).answer, RESPONSES['initChainEmpty'])
  })

  it('are answered without the application where it has nothing to say', () => {
    for (const name of ['echo', 'flush']) {
      const { asked, answer } = ask(name)
      assert.deepEqual(asked, [])
      assert.equal(answer, RESPONSES[name])
    }
    const exception: Response = { kind: 'exception', body: { error: 'why' } }
    assert.equal(toHex(encode(Response, exception)), RESPONSES['exception'])
  })

  it('ask for values by path, height and key', () => {
    const request = decode(Request, parseHex(REQUESTS['query'] ?? ''))
    const value: QueryAnswer = {
      code: 1,
      log: 'l',
      value: bytes(2, 2),
      height: 3n,
      codespace: 'c',
    }
    let asked: unknown
    const response = answerRequest({} as Application, request, (query) => {
      asked = query
      return value
    })
    assert.deepEqual(asked, { data: bytes(1, 2), path: '/p', height: 3n, prove: true })
    assert.equal(toHex(encode(Response, response)), RESPONSES['query'])
  })

  it('are refused with a coded error however they are damaged', () => {
    const whole = Object.values(REQUESTS).map(parseHex)
    const place = fc.record({
      which: fc.nat(whole.length - 1),
      at: fc.nat(400),
      value: fc.nat(255),
    })
    fc.assert(
      fc.property(place, fc.boolean(), ({ which, at, value }, isCut) => {
        const original = whole[which]!
        const damaged = isCut ? original.slice(0, at) : original.with(at % original.length, value)
        try {
          decode(Request, damaged)
        } catch (error) {
          assert.ok(error instanceof CodedError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
