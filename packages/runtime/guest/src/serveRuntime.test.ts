import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet, provePrefixes } from '@wadi/mkvs/syncer'
import { createTree } from '@wadi/mkvs/tree'
import { Call, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import {
  CheckTxBatchRequest,
  ExecuteTxBatchRequest,
} from '@wadi/runtime-protocol/host-protocol/batches'
import { RuntimeInfoRequest } from '@wadi/runtime-protocol/host-protocol/information'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'
import fc from 'fast-check'
import { REQUESTS_MAX } from './limits.ts'
import { serveRuntime } from './serveRuntime.ts'
import { lightBlockOf } from './testing/lightBlock.ts'

const runtimeId = Namespace.zero
const hello: Body = {
  kind: 'RuntimeInfoRequest',
  body: make(RuntimeInfoRequest, { runtimeId, consensusBackend: 'tendermint' }),
}
const ping: Body = { kind: 'RuntimePingRequest', body: {} }

const arena = new Arena()
const state = createTree(arena, { namespace: runtimeId, type: ROOT_TYPE_STATE })
for (let i = 0; i < 20; i++) state.insert(toUtf8(`key ${i}`), toUtf8('value'))
const { root } = state.commit({ version: 5n, baseAddress: 1 })

const header = make(Header, { round: 5n, stateRoot: Hash.check(root.hash) })
const upon = { consensusBlock: lightBlockOf(9, Hash.zero), block: make(Block, { header }) }
const call = { sender: toUtf8('s'), nonce: 0n }
const written = encode(KeyValueArgs, { generation: 0n, churpId: 0, key: 'key 7', value: 'other' })
const check: Body = {
  kind: 'RuntimeCheckTxBatchRequest',
  body: make(CheckTxBatchRequest, { ...upon, inputs: [parseCall()] }),
}

/** A transaction of the key-value runtime: `get` without arguments, of the sender `s`. */
function parseCall(): Uint8Array {
  return Uint8Array.from([
    0xa4,
    0x64,
    ...toUtf8('args'),
    0xf6,
    0x65,
    ...toUtf8('nonce'),
    0,
    0x66,
    ...toUtf8('method'),
    0x63,
    ...toUtf8('get'),
    0x66,
    ...toUtf8('sender'),
    0x41,
    0x73,
  ])
}

/** Says what a host says, and takes what comes. */
class TestHost {
  readonly #stream: Duplex
  readonly #messages: AsyncGenerator<Message>
  readonly served: Promise<void>

  constructor() {
    const [near, far] = duplexPair()
    this.#stream = near
    near.on('error', () => undefined)
    this.#messages = messagesOf(near)
    this.served = serveRuntime(keyvalueRuntime, far)
    this.served.catch(() => undefined)
  }

  say(id: bigint, body: Body, messageType: number = MESSAGE_TYPES.request): void {
    this.write(frameOf(encodeForRuntime({ id, messageType, body })))
  }

  answer(id: bigint, body: Body): void {
    this.say(id, body, MESSAGE_TYPES.response)
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  async next(): Promise<Message> {
    const { value } = await this.#messages.next()
    assert.ok(value !== undefined, 'the runtime has gone')
    return value
  }

  async ask(body: Body): Promise<Body> {
    this.say(0n, body)
    return (await this.next()).body
  }

  async leave(): Promise<void> {
    this.#stream.end()
    await this.served
  }
}

async function* messagesOf(stream: Duplex): AsyncGenerator<Message> {
  const reader = new FrameReader()
  for await (const piece of stream) {
    for (const bytes of reader.push(piece)) yield decodeMessage(bytes) as Message
  }
}

async function greeted(): Promise<TestHost> {
  const host = new TestHost()
  await host.ask(hello)
  return host
}

/** What a runtime answers, and how often it asks for nodes meanwhile. */
async function answering(host: TestHost, request: Body) {
  host.say(1n, request)
  for (let asked = 0; ; asked++) {
    const { id, body, messageType } = await host.next()
    if (messageType === MESSAGE_TYPES.response) return { body, asked }
    assert.ok(body.kind === 'HostStorageSyncRequest')
    const { syncGet, syncGetPrefixes } = body.body
    const proof =
      syncGetPrefixes === undefined
        ? proveGet(state, syncGet!)
        : provePrefixes(state, syncGetPrefixes)
    host.answer(id, { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } })
  }
}

function stateRootIn(body: Body): Uint8Array | undefined {
  assert.ok(body.kind === 'RuntimeExecuteTxBatchResponse')
  return body.body.batch.header.stateRoot
}

function errorOf(body: Body): string {
  assert.equal(body.kind, 'Error')
  const { module, code, message } = body.body as { module: string; code: number; message: string }
  return `${module}/${code} ${message}`
}

describe('a runtime that is served', () => {
  it('says who it is, once', async () => {
    const host = new TestHost()
    const answer = await host.ask(hello)
    assert.equal(answer.kind, 'RuntimeInfoResponse')
    assert.equal(errorOf(await host.ask(hello)), 'rhp/dispatcher/1 already initialized')
    await host.leave()
  })

  it('works for nobody of whom it does not know who it is', async () => {
    const host = new TestHost()
    assert.deepEqual(await host.ask(ping), { kind: 'Empty', body: {} })
    const unknown = 'rhp/dispatcher/1 host environment information not configured'
    assert.equal(errorOf(await host.ask(check)), unknown)
    const other: Body = { kind: 'RuntimeInfoRequest', body: make(RuntimeInfoRequest, {}) }
    const refused = 'rhp/dispatcher/1 incompatible consensus backend'
    assert.equal(errorOf(await host.ask(other)), refused)
    await host.leave()
  })

  it('refuses what it has not heard of', async () => {
    const host = await greeted()
    const refused = 'rhp/dispatcher/1 method not supported'
    assert.equal(errorOf(await host.ask({ kind: 'RuntimeShutdownRequest', body: {} })), refused)
    await host.leave()
  })

  it('asks for nodes that it does not have, and remembers them', async () => {
    const host = await greeted()
    const { body, asked } = await answering(host, check)
    assert.equal(body.kind, 'RuntimeCheckTxBatchResponse')
    assert.notEqual(asked, 0)
    assert.deepEqual(await answering(host, check), { body, asked: 0 })
    await host.leave()
  })

  it('remembers the state upon which it has made a batch, too: others go on with it', async () => {
    const host = await greeted()
    const { body } = await answering(host, check)
    const inputs = [encode(Call, { ...call, method: 'insert', args: written })]
    const request = make(ExecuteTxBatchRequest, { ...upon, mode: 1, inputs })
    const execute: Body = { kind: 'RuntimeExecuteTxBatchRequest', body: request }
    const made = await answering(host, execute)
    assert.equal(made.body.kind, 'RuntimeExecuteTxBatchResponse')
    assert.notDeepEqual(stateRootIn(made.body), root.hash)
    assert.deepEqual(await answering(host, check), { body, asked: 0 })
    const again = await answering(host, execute)
    assert.deepEqual(stateRootIn(again.body), stateRootIn(made.body))
    await host.leave()
  })

  it('says that its host did not answer, and goes on', async () => {
    const host = await greeted()
    for (const [answer, why] of [
      [{ kind: 'Empty', body: {} }, /answer of another kind/],
      [{ kind: 'Error', body: { module: 'm', code: 2, message: 'no' } }, /refuses: m\/2 no/],
      [
        { kind: 'HostStorageSyncResponse', body: { proofResponse: undefined } },
        /answer without a proof/,
      ],
    ] as readonly (readonly [Body, RegExp])[]) {
      host.say(1n, check)
      host.answer((await host.next()).id, answer)
      assert.match(errorOf((await host.next()).body), why)
    }
    await host.leave()
  })

  it('is not led on by a proof that shows nothing', async () => {
    const host = await greeted()
    host.say(1n, check)
    const proof = {
      version: 0,
      untrustedRoot: Hash.check(root.hash),
      entries: [Uint8Array.of(2, ...root.hash)],
    }
    let answer = await host.next()
    for (let asked = 0; answer.messageType === MESSAGE_TYPES.request; asked++) {
      assert.ok(asked < 2, 'it asks again and again')
      host.answer(answer.id, {
        kind: 'HostStorageSyncResponse',
        body: { proofResponse: { proof } },
      })
      answer = await host.next()
    }
    assert.match(errorOf(answer.body), /^unknown\/1 (guest|mkvs)/)
    await host.leave()
  })

  it('gives up what it works on when it is told to', async () => {
    const host = await greeted()
    host.say(1n, check)
    const { id } = await host.next()
    assert.equal(
      (await host.ask({ kind: 'RuntimeAbortRequest', body: {} })).kind,
      'RuntimeAbortResponse',
    )
    host.answer(id, { kind: 'Error', body: { module: '', code: 1, message: '' } })
    assert.equal((await host.next()).body.kind, 'Error')
    await host.leave()
  })

  it(`works on ${REQUESTS_MAX} requests at once, and refuses one more`, async () => {
    const host = await greeted()
    for (let i = 0; i < REQUESTS_MAX; i++) host.say(BigInt(i), check)
    for (let i = 0; i < REQUESTS_MAX; i++) {
      assert.equal((await host.next()).messageType, MESSAGE_TYPES.request)
    }
    assert.equal(errorOf(await host.ask(ping)), 'rhp/internal/1 too many requests')
    host.write(frameOf(Uint8Array.of(0xff)))
    await assert.rejects(host.served, CodedError)
  })

  it('refuses a frame by its announced size', async () => {
    const host = new TestHost()
    const announced = new Uint8Array(4)
    new DataView(announced.buffer).setUint32(0, MESSAGE_SIZE_MAX + 1)
    host.write(announced)
    await assert.rejects(host.served, { reason: 'cbor.frameTooLarge' })
  })

  it('notices a message that is cut off', async () => {
    const host = new TestHost()
    host.write(Uint8Array.of(0, 0, 0, 9, 1))
    await assert.rejects(host.leave(), { reason: 'guest.streamCutOff' })
  })

  it('ends with a reason, or lives, whatever comes', async () => {
    const good = [hello, ping, check].map((body) =>
      encodeForRuntime({ id: 1n, messageType: MESSAGE_TYPES.request, body }),
    )
    const damaged = fc
      .tuple(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte))
    const frame = fc.oneof(fc.uint8Array({ maxLength: 40 }), damaged, fc.constantFrom(...good))
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 5 }), async (frames) => {
        const host = new TestHost()
        for (const bytes of frames) host.write(frameOf(bytes))
        await host.leave().catch((error) => assert.ok(error instanceof CodedError, String(error)))
      }),
      { numRuns: 150 },
    )
  })
})
