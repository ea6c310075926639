import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, decodeRust, encode, encodeRust, make } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { Message as RuntimeMessage } from '@wadi/consensus/roothash/messages'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import fc from 'fast-check'
import {
  BATCH_COUNT_MAX,
  EMITTED_COUNT_MAX,
  MESSAGE_SIZE_MAX,
  NODE_COUNT_MAX,
  TAG_COUNT_MAX,
  WRITE_COUNT_MAX,
} from '../limits.ts'
import {
  CheckTxBatchRequest,
  CheckTxResult,
  ComputedBatch,
  ExecuteTxBatchRequest,
  ExecuteTxBatchResponse,
} from './batches.ts'
import { RuntimeInfoResponse } from './information.ts'
import {
  Body,
  type BodyKind,
  decodeMessage,
  encodeForHost,
  encodeForRuntime,
  MESSAGE_TYPES,
  Message,
} from './message.ts'
import { HostRpcCallRequest, LocalStorageGetResponse, StorageSyncRequest } from './services.ts'

const { shape } = Body
assert.ok(shape.kind === 'rustEnum')
const schemas = Object.entries(shape.variants) as [BodyKind, AnySchema][]

/** Descriptors in events are not of any version: such events are left to other tests. */
const anyBodies = schemas
  .filter(([kind]) => kind !== 'HostFetchConsensusEventsResponse')
  .map(([kind, schema]) => arbitrary(schema).map((body) => ({ kind, body }) as Body))

const messages = fc.record(
  {
    id: fc.bigInt(0n, 2n ** 64n - 1n),
    messageType: fc.constantFrom(...Object.values(MESSAGE_TYPES)),
    body: fc.oneof(...anyBodies),
  },
  { noNullPrototype: true },
)

function withBody(body: Body): Message {
  return { id: 7n, messageType: MESSAGE_TYPES.request, body }
}

describe('a message of the host protocol', () => {
  it('of any kind comes back from either dialect, and to the byte', () => {
    const check = (message: Message) => {
      const [go, rust] = [encodeForRuntime(message), encodeForHost(message)]
      for (const bytes of [go, rust]) {
        assert.deepEqual(decodeMessage(bytes), message)
        assert.deepEqual(decode(Message, bytes), message)
        assert.deepEqual(decodeRust(Message, bytes), message)
      }
      assert.equal(toHex(encodeForRuntime(decodeMessage(rust) as Message)), toHex(go))
      assert.equal(toHex(encodeForHost(decodeMessage(go) as Message)), toHex(rust))
    }
    fc.assert(fc.property(messages, check), { numRuns: 400 })
  })

  it('of any bytes is refused with a code, or is a message that can be written again', () => {
    const damaged = fc
      .tuple(messages, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat())
      .map(([message, changes, cut]) => {
        const bytes = encodeForHost(message)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      })
    const check = (bytes: Uint8Array) => {
      try {
        const message = decodeMessage(bytes)
        if (message.body === undefined) return
        // Bytes, not values: of fields with two empty values only one is written.
        for (const write of [encodeForHost, encodeForRuntime]) {
          const written = write(message as Message)
          assert.equal(toHex(write(decodeMessage(written) as Message)), toHex(written))
        }
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    const inputs = fc.oneof({ weight: 3, arbitrary: damaged }, fc.uint8Array())
    fc.assert(fc.property(inputs, check), { numRuns: 1_500 })
  })

  it('has exactly one body', () => {
    const head = 'a36269640764626f6479'
    const type = '6c6d6573736167655f7479706501'
    const none = parseHex(`${head}a0${type}`)
    const two = parseHex(`${head}a265456d707479a0654572726f72a0${type}`)
    const refusal = { code: 1, reason: 'cbor.severalVariants' }
    for (const bytes of [none, two]) assert.throws(() => decodeMessage(bytes), refusal)
    assert.throws(() => decodeMessage(EMPTY_BYTES), { code: 1, reason: 'cbor.truncated' })
  })

  it('of a kind that is not known keeps its number, so that it can be answered', () => {
    const bytes = parseHex('a36269640764626f6479a1634e6577a161780c6c6d6573736167655f7479706501')
    assert.deepEqual(decodeMessage(bytes), { id: 7n, messageType: 1, body: undefined })
    const text = parseHex('a36269640764626f6479634e65776c6d6573736167655f7479706501')
    assert.throws(() => decodeMessage(text), { code: 1, reason: 'cbor.wrongType' })
  })

  it('may have fields that are not known', () => {
    const bytes = parseHex('a36269640764626f6479a165456d707479a161780c6c6d6573736167655f7479706501')
    assert.deepEqual(decodeMessage(bytes), withBody({ kind: 'Empty', body: {} }))
  })

  it('MESSAGE_SIZE_MAX: has so many bytes, and not one more', () => {
    const ofSize = (size: number) =>
      withBody({ kind: 'RuntimeQueryResponse', body: { data: new Uint8Array(size) } })
    const overhead = encodeForHost(ofSize(MESSAGE_SIZE_MAX / 2)).length - MESSAGE_SIZE_MAX / 2
    const full = encodeForHost(ofSize(MESSAGE_SIZE_MAX - overhead))
    assert.equal(full.length, MESSAGE_SIZE_MAX)
    assert.equal(decodeMessage(full).id, 7n)
    const refusal = { code: 1, reason: 'hostProtocol.messageTooLarge' }
    const tooLarge = ofSize(MESSAGE_SIZE_MAX - overhead + 1)
    assert.throws(() => encodeForHost(tooLarge), refusal)
    assert.throws(() => encodeForRuntime(tooLarge), refusal)
    assert.throws(() => decodeMessage(encode(Message, tooLarge)), refusal)
  })
})

describe('what the sides write differently', () => {
  const bothOf = <T>(schema: Parameters<typeof encode<T>>[0], value: T) => [
    toHex(encode(schema, value)),
    toHex(encodeRust(schema, value)),
  ]

  it('a call says its kind always, and a question its endpoint', () => {
    const [goCall, rustCall] = bothOf(HostRpcCallRequest, HostRpcCallRequest.zero)
    assert.ok(!goCall!.includes('646b696e64') && rustCall!.includes('646b696e6400'))
    assert.ok(goCall!.includes('656e6f646573f6') && rustCall!.includes('656e6f646573f6'))
    const question = StorageSyncRequest.zero
    const [go, rust] = bothOf(StorageSyncRequest, question)
    assert.deepEqual([go, rust], ['a0', 'a168656e64706f696e7400'])
  })

  it('a failed check has no metadata, or has null', () => {
    const failed = make(CheckTxResult, { error: { module: 'test', code: 1, message: '' } })
    const error = '656572726f72a264636f646501666d6f64756c656474657374'
    assert.deepEqual(bothOf(CheckTxResult, failed), [`a1${error}`, `a2646d657461f6${error}`])
  })

  it('features are there always', () => {
    const versions = '6f72756e74696d655f76657273696f6ea07070726f746f636f6c5f76657273696f6ea0'
    assert.deepEqual(bothOf(RuntimeInfoResponse, RuntimeInfoResponse.zero), [
      `a2${versions}`,
      `a3686665617475726573a0${versions}`,
    ])
  })

  it('the lists of a batch are there always, and inputs where there are some', () => {
    const [go, rust] = bothOf(ExecuteTxBatchResponse, ExecuteTxBatchResponse.zero)
    for (const name of ['tx_hashes', 'tx_reject_hashes', 'tx_input_write_log']) {
      const key = Buffer.from(name).toString('hex')
      assert.ok(!go!.includes(key) && rust!.includes(`${key}80`), name)
    }
    const inputs = Buffer.from('inputs').toString('hex')
    const [goRequest, rustRequest] = bothOf(ExecuteTxBatchRequest, ExecuteTxBatchRequest.zero)
    assert.ok(goRequest!.includes(`${inputs}f6`) && !rustRequest!.includes(inputs))
  })

  it('what a node does not have on its disk is null, which is read as nothing', () => {
    const nothing = encode(LocalStorageGetResponse, { value: undefined })
    assert.equal(toHex(nothing), 'a16576616c7565f6')
    assert.equal(decodeRust(LocalStorageGetResponse, nothing).value, undefined)
  })
})

describe('lists in messages', () => {
  const tooMany = { code: 1, reason: 'cbor.tooMany' }
  const copies = <T>(count: number, item: T): readonly T[] => Array<T>(count).fill(item)

  /** Takes so many, and not one more. */
  function checkBound(max: number, bodyOf: (count: number) => Body): void {
    const encoded = (count: number) => encodeForHost(withBody(bodyOf(count)))
    assert.equal(decodeMessage(encoded(max)).id, 7n)
    assert.throws(() => decodeMessage(encoded(max + 1)), tooMany)
  }

  it('BATCH_COUNT_MAX: of transactions, hashes and results', () => {
    checkBound(BATCH_COUNT_MAX, (count) => ({
      kind: 'RuntimeCheckTxBatchRequest',
      body: make(CheckTxBatchRequest, { inputs: copies(count, EMPTY_BYTES) }),
    }))
    checkBound(BATCH_COUNT_MAX, (count) => ({
      kind: 'RuntimeCheckTxBatchResponse',
      body: { results: copies(count, CheckTxResult.zero) },
    }))
    checkBound(BATCH_COUNT_MAX, (count) => ({
      kind: 'RuntimeExecuteTxBatchResponse',
      body: make(ExecuteTxBatchResponse, { txHashes: copies(count, Hash.zero) }),
    }))
    checkBound(BATCH_COUNT_MAX, (count) => ({
      kind: 'HostFetchTxBatchResponse',
      body: { batch: copies(count, EMPTY_BYTES) },
    }))
  })

  it('WRITE_COUNT_MAX: of changes to a tree', () => {
    checkBound(WRITE_COUNT_MAX, (count) => {
      const log = copies(count, [EMPTY_BYTES, undefined] as const)
      const batch = make(ComputedBatch, { stateWriteLog: log })
      return {
        kind: 'RuntimeExecuteTxBatchResponse',
        body: make(ExecuteTxBatchResponse, { batch }),
      }
    })
  })

  it('EMITTED_COUNT_MAX: of messages to the consensus layer', () => {
    checkBound(EMITTED_COUNT_MAX, (count) => {
      const messages = copies(count, RuntimeMessage.zero)
      const batch = make(ComputedBatch, { messages })
      return {
        kind: 'RuntimeExecuteTxBatchResponse',
        body: make(ExecuteTxBatchResponse, { batch }),
      }
    })
  })

  it('NODE_COUNT_MAX: of nodes that may be called', () => {
    checkBound(NODE_COUNT_MAX, (count) => ({
      kind: 'HostRPCCallRequest',
      body: make(HostRpcCallRequest, { nodes: copies(count, PublicKey.zero) }),
    }))
  })

  it('TAG_COUNT_MAX: of tags to hear of', () => {
    checkBound(TAG_COUNT_MAX, (count) => ({
      kind: 'HostRegisterNotifyRequest',
      body: { runtimeBlock: false, runtimeEvent: { tags: copies(count, EMPTY_BYTES) } },
    }))
  })
})
