import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { toUtf8 } from '@wadi/base/bytes'
import { encodeRust, make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { bytes, raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { initialize, rotate } from '@wadi/runtime-keymanager/testing/secretLife'
import { OPEN_POLICY, RUNTIME_ID, TestWorld } from '@wadi/runtime-keymanager/testing/testWorld'
import {
  EXECUTION_MODES,
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
import { serveRuntime } from './serveRuntime.ts'
import { lightBlockOf } from './testing/lightBlock.ts'

const Call = struct({ sender: bytes, nonce: u64, method: text, args: raw })
const Pair = struct({ key: text, value: text, generation: u64, churpId: u8 })

/** The host of a runtime, in a world with key managers. */
class KeyHost {
  readonly world = new TestWorld(2, OPEN_POLICY, x25519)
  readonly asked: Body[] = []
  readonly served: Promise<void>
  readonly #stream: Duplex
  readonly #waiting = new Map<bigint, (body: Body) => void>()
  #nextId = 0n

  constructor() {
    const [near, far] = duplexPair()
    this.#stream = near
    this.served = serveRuntime(keyvalueRuntime, far)
    this.#run().catch((why) => near.destroy(why))
  }

  async #run(): Promise<void> {
    const reader = new FrameReader()
    for await (const piece of this.#stream)
      for (const frame of reader.push(piece)) this.#take(decodeMessage(frame) as Message)
  }

  #take({ id, messageType, body }: Message): void {
    if (messageType === MESSAGE_TYPES.response) {
      this.#waiting.get(id)?.(body)
      return
    }
    this.asked.push(body)
    const answer = this.world.intercept(body, () => this.world.answer(undefined, body))
    this.#say({ id, messageType: MESSAGE_TYPES.response, body: answer })
  }

  #say(message: Message): void {
    this.#stream.write(frameOf(encodeForRuntime(message)))
  }

  ask(body: Body): Promise<Body> {
    const id = this.#nextId++
    this.#say({ id, messageType: MESSAGE_TYPES.request, body })
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  async leave(): Promise<void> {
    this.#stream.end()
    await this.served
  }

  /** Key managers have a secret, and the runtime knows them. */
  async begin(): Promise<void> {
    const { world } = this
    for (const node of world.nodes) initialize(world, node)
    rotate(world, world.nodes)
    const hello = make(RuntimeInfoRequest, {
      runtimeId: RUNTIME_ID,
      consensusBackend: 'tendermint',
    })
    await this.ask({ kind: 'RuntimeInfoRequest', body: hello })
    await this.ask({ kind: 'RuntimeConsensusSyncRequest', body: { height: world.height } })
    const { status } = world
    const told = await this.ask({ kind: 'RuntimeKeyManagerStatusUpdateRequest', body: { status } })
    assert.equal(told.kind, 'RuntimeKeyManagerStatusUpdateResponse', inspect(told))
    this.asked.length = 0
  }

  /** What comes out of a batch upon an empty state. */
  async execute(inputs: readonly Uint8Array[]): Promise<Body> {
    const height = Number(this.world.height)
    const header = make(Header, { namespace: RUNTIME_ID, stateRoot: EMPTY_HASH })
    return this.ask({
      kind: 'RuntimeExecuteTxBatchRequest',
      body: make(ExecuteTxBatchRequest, {
        mode: EXECUTION_MODES.schedule,
        consensusBlock: lightBlockOf(height, Hash.zero),
        block: make(Block, { header }),
        epoch: this.world.epoch,
        inputs,
      }),
    })
  }

  get callCount(): number {
    return this.asked.filter(({ kind }) => kind === 'HostRPCCallRequest').length
  }
}

function insertOf(key: string, generation = 0n): Uint8Array {
  const args = encodeRust(Pair, { key, value: 'value', generation, churpId: 0 })
  return encodeRust(Call, { sender: toUtf8(key), nonce: 0n, method: 'enc_insert', args })
}

function outputsOf(body: Body): string {
  assert.ok(body.kind === 'RuntimeExecuteTxBatchResponse', inspect(body))
  return body.body.batch.ioWriteLog
    .map(([, value]) => Buffer.from(value ?? []).toString('latin1'))
    .join()
}

describe('a runtime with a key manager', () => {
  it('seals with keys that it asks for, each once, whatever is executed again', async () => {
    const host = new KeyHost()
    await host.begin()
    const first = await host.execute([insertOf('a'), insertOf('b'), insertOf('c')])
    assert.match(outputsOf(first), /Success/)
    // Two messages of a handshake, and three calls in it.
    assert.equal(host.callCount, 5)
    assert.deepEqual(await host.execute([insertOf('a'), insertOf('b'), insertOf('c')]), first)
    assert.equal(host.callCount, 5)
    await host.leave()
  })

  it('fails a call, and no batch, when the key manager refuses', async () => {
    const host = new KeyHost()
    await host.begin()
    const body = await host.execute([insertOf('a'), insertOf('b', 9n)])
    assert.match(outputsOf(body), /call failed: generation is in the future: expected max 0, got 9/)
    await host.leave()
  })

  it('fails a call when no key manager can be reached', async () => {
    const host = new KeyHost()
    await host.begin()
    for (const node of host.world.nodes) node.isUp = false
    assert.match(outputsOf(await host.execute([insertOf('a')])), /transport error/)
    assert.equal(host.callCount, 4)
    await host.leave()
  })

  it('refuses a status that the consensus layer has not', async () => {
    const host = new KeyHost()
    await host.begin()
    const status = { ...host.world.status, generation: 7n }
    const told = await host.ask({ kind: 'RuntimeKeyManagerStatusUpdateRequest', body: { status } })
    assert.ok(told.kind === 'Error')
    assert.deepEqual(told.body, { module: 'unknown', code: 1, message: 'status mismatch' })
    await host.leave()
  })

  it('asks one question after the other, and answers all that wait', async () => {
    const host = new KeyHost()
    await host.begin()
    let open = 0
    host.world.intercept = (request, next) => {
      if (request.kind !== 'HostRPCCallRequest') return next()
      assert.equal(++open, 1, 'calls overlap')
      const answer = next()
      open--
      return answer
    }
    const batches = await Promise.all(
      ['a', 'b', 'c'].map((key) => host.execute([insertOf(key), insertOf(`${key}${key}`)])),
    )
    for (const batch of batches) assert.doesNotMatch(outputsOf(batch), /Error/)
    assert.equal(host.callCount, 2 + 6)
    await host.leave()
  })

  it('asks once for a key that many want at the same time, and again when it was refused', async () => {
    const host = new KeyHost()
    await host.begin()
    const refused = /generation is in the future/
    const wanted = () => host.execute([insertOf('b', 9n)])
    for (const body of await Promise.all(Array.from({ length: 20 }, wanted)))
      assert.match(outputsOf(body), refused)
    // Two messages of a handshake, and one call.
    assert.equal(host.callCount, 3)
    assert.match(outputsOf(await wanted()), refused)
    assert.equal(host.callCount, 4)
    await host.leave()
  })
})
