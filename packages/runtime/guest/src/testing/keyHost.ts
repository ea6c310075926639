/** The host of a runtime, in a world with key managers. */

import { type Duplex, duplexPair } from 'node:stream'
import { assert } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { initialize, publishEphemeral, rotate } from '@wadi/runtime-keymanager/testing/secretLife'
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
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { hashOfBatch } from '@wadi/runtime-protocol/transactions/ioTree'
import { type GuestWorld, processWorld } from '../processWorld.ts'
import { serveRuntime } from '../serveRuntime.ts'
import { lightBlockOf } from './lightBlock.ts'

/** Of the network that the host says it is on. */
export const CHAIN_CONTEXT: string = 'ab'.repeat(32)

/** Answers a call of a key manager: whenever it likes, and with what would be said, or else. */
export type AnswerCall = (say: (body: Body) => void, answer: () => Body) => void

/** See the top of this file. */
export class KeyHost {
  readonly world: TestWorld = new TestWorld(2, OPEN_POLICY, x25519)
  readonly asked: Body[] = []
  readonly served: Promise<void>
  answerCall: AnswerCall = (say, answer) => say(answer())
  readonly #stream: Duplex
  readonly #waiting = new Map<bigint, (body: Body) => void>()
  #nextId = 0n

  constructor(runtime: Runtime, guestWorld: GuestWorld = processWorld) {
    const [near, far] = duplexPair()
    this.#stream = near
    this.served = serveRuntime(runtime, far, guestWorld)
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
    const answer = () => this.world.intercept(body, () => this.world.answer(undefined, body))
    const say = (said: Body) => this.#say({ id, messageType: MESSAGE_TYPES.response, body: said })
    if (body.kind === 'HostRPCCallRequest') this.answerCall(say, answer)
    else say(answer())
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

  /** Key managers have secrets, and the runtime knows them. */
  async begin(): Promise<void> {
    const { world } = this
    for (const node of world.nodes) initialize(world, node)
    publishEphemeral(world, world.nodes)
    rotate(world, world.nodes)
    const hello = make(RuntimeInfoRequest, {
      runtimeId: RUNTIME_ID,
      consensusBackend: 'tendermint',
      consensusChainContext: CHAIN_CONTEXT,
    })
    await this.ask({ kind: 'RuntimeInfoRequest', body: hello })
    await this.ask({ kind: 'RuntimeConsensusSyncRequest', body: { height: world.height } })
    const { status } = world
    const told = await this.ask({ kind: 'RuntimeKeyManagerStatusUpdateRequest', body: { status } })
    assert(told.kind === 'RuntimeKeyManagerStatusUpdateResponse', 'test: the status is taken')
    this.asked.length = 0
  }

  /** What comes out of a batch upon an empty state. */
  execute(inputs: readonly Uint8Array[], mode: 'schedule' | 'execute' = 'schedule'): Promise<Body> {
    const { world } = this
    const header = make(Header, { namespace: RUNTIME_ID, stateRoot: EMPTY_HASH })
    return this.ask({
      kind: 'RuntimeExecuteTxBatchRequest',
      body: make(ExecuteTxBatchRequest, {
        mode: EXECUTION_MODES[mode],
        consensusBlock: lightBlockOf(Number(world.height) + 1, world.stateRoot),
        block: make(Block, { header }),
        epoch: world.epoch,
        inputs,
        ...(mode === 'execute' && { ioRoot: hashOfBatch(new Arena(), inputs) }),
      }),
    })
  }

  get callCount(): number {
    return this.asked.filter(({ kind }) => kind === 'HostRPCCallRequest').length
  }
}
