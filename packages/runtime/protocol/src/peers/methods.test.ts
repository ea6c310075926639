import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { hashOfBytes } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { FETCHED_TRANSACTIONS_MAX, OFFERED_CHECKPOINTS_MAX, WRITE_COUNT_MAX } from '../limits.ts'
import { checkpointMethods, diffMethods, keyManagerMethods, transactionMethods } from './methods.ts'

const hash = hashOfBytes(Uint8Array.of(0x61))
const namespace = Namespace.check(new Uint8Array(32).fill(7, 8))
const HASH = toHex(hash)
const RUNTIME = toHex(namespace)

const stateAt = (version: bigint) => ({ namespace, version, type: ROOT_TYPE_STATE, hash })
const io = { namespace, version: 3n, type: ROOT_TYPE_IO, hash }

const { getTransactions } = transactionMethods
const { getDiff } = diffMethods
const { getCheckpoints, getCheckpointChunk } = checkpointMethods
const { callEnclave } = keyManagerMethods

interface Example {
  readonly what: string
  readonly schema: Schema<never>
  readonly value: unknown
  readonly hex: string
}

/** A value beside the bytes that go/p2p and go/worker of oasis-core 26.1 make of it. */
function example<T>(what: string, schema: Schema<T>, value: T, hex: string): Example {
  return { what, schema: schema as Schema<never>, value, hex }
}

const examples: readonly Example[] = [
  example(
    'a request for transactions',
    getTransactions.request,
    { hashes: [hash] },
    `a163747873815820${HASH}`,
  ),
  example(
    'transactions',
    getTransactions.response,
    { transactions: [Uint8Array.of(1, 2)] },
    `a16374787381420102`,
  ),
  example('no transactions', getTransactions.response, { transactions: [] }, `a0`),
  example(
    'a request for changes',
    getDiff.request,
    { startRoot: stateAt(1n), endRoot: stateAt(2n) },
    `a268656e645f726f6f74a4626e735820${RUNTIME}64686173685820${HASH}6776657273696f6e0269726f6f745f74797065016a73746172745f726f6f74a4626e735820${RUNTIME}64686173685820${HASH}6776657273696f6e0169726f6f745f7479706501`,
  ),
  example(
    'changes',
    getDiff.response,
    {
      writeLog: [
        [Uint8Array.of(1), Uint8Array.of(2)],
        [Uint8Array.of(3), undefined],
      ],
    },
    `a16977726974655f6c6f67828241014102824103f6`,
  ),
  example(
    'a call in a session with an enclave',
    callEnclave.request,
    { data: Uint8Array.of(1), kind: 0 },
    'a164646174614101',
  ),
  example(
    'a call of an enclave without a session',
    callEnclave.request,
    { data: Uint8Array.of(1), kind: 1 },
    'a264646174614101646b696e6401',
  ),
  example(
    'the answer of an enclave',
    callEnclave.response,
    { data: Uint8Array.of(7) },
    'a164646174614107',
  ),
  example('no changes', getDiff.response, { writeLog: [] }, `a0`),
  example(
    'a request for checkpoints',
    getCheckpoints.request,
    { version: 1 },
    `a16776657273696f6e01`,
  ),
  example(
    'checkpoints',
    getCheckpoints.response,
    { checkpoints: [{ version: 1, root: io, chunks: [hash] }] },
    `a16b636865636b706f696e747381a364726f6f74a4626e735820${RUNTIME}64686173685820${HASH}6776657273696f6e0369726f6f745f7479706502666368756e6b73815820${HASH}6776657273696f6e01`,
  ),
  example(
    'a request for a piece',
    getCheckpointChunk.request,
    { version: 1, root: io, index: 4n, digest: hash },
    `a464726f6f74a4626e735820${RUNTIME}64686173685820${HASH}6776657273696f6e0369726f6f745f747970650265696e64657804666469676573745820${HASH}6776657273696f6e01`,
  ),
  example(
    'a piece',
    getCheckpointChunk.response,
    { chunk: Uint8Array.of(9) },
    `a1656368756e6b4109`,
  ),
]

describe('what nodes ask each other about runtimes', () => {
  for (const { what, schema, value, hex } of examples)
    it(`writes and reads ${what} as the reference does`, () => {
      assert.equal(toHex(encode(schema, value as never)), hex)
      assert.deepEqual(decode(schema, parseHex(hex)), value)
    })

  it('takes no list for an empty one', () => {
    const { hashes } = decode(getTransactions.request, parseHex('a163747873f6'))
    assert.deepEqual(hashes, [])
  })

  it('reads so many checkpoints, changes and transactions, and no more', () => {
    const transactions = (count: number) =>
      encode(getTransactions.response, { transactions: new Array(count).fill(Uint8Array.of(1)) })
    decode(getTransactions.response, transactions(FETCHED_TRANSACTIONS_MAX))
    const tooMany = transactions(FETCHED_TRANSACTIONS_MAX + 1)
    assert.throws(() => decode(getTransactions.response, tooMany), { reason: 'cbor.tooMany' })
    const checkpoint = { version: 1, root: io, chunks: [] }
    const offer = (count: number) =>
      encode(getCheckpoints.response, { checkpoints: new Array(count).fill(checkpoint) })
    decode(getCheckpoints.response, offer(OFFERED_CHECKPOINTS_MAX))
    assert.throws(() => decode(getCheckpoints.response, offer(OFFERED_CHECKPOINTS_MAX + 1)))
    const change = [Uint8Array.of(1), undefined] as const
    const changes = (count: number) =>
      encode(getDiff.response, { writeLog: new Array(count).fill(change) })
    decode(getDiff.response, changes(WRITE_COUNT_MAX))
    assert.throws(() => decode(getDiff.response, changes(WRITE_COUNT_MAX + 1)))
  })
})
