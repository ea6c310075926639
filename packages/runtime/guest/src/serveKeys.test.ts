import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { Namespace } from '@wadi/primitives/namespace'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import { RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RpcCallRequest } from '@wadi/runtime-protocol/host-protocol/enclave'
import { RuntimeInfoRequest } from '@wadi/runtime-protocol/host-protocol/information'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import fc from 'fast-check'
import { serveKeys } from './serveKeys.ts'

const program = { version: { major: 0, minor: 0, patch: 0 }, trusted: testTrustedSigners }
const hello: Body = {
  kind: 'RuntimeInfoRequest',
  body: make(RuntimeInfoRequest, { runtimeId: Namespace.zero, consensusBackend: 'tendermint' }),
}
/** Null is one, too: of no method. */
function isRequest(bytes: Uint8Array): boolean {
  try {
    decodeRust(RpcRequest, bytes)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}

const refused = (message: string): Body => ({
  kind: 'Error',
  body: { module: 'rhp/dispatcher', code: 1, message },
})

/** A host that asks, and answers every question in the same way. */
class KeyHost {
  readonly served: Promise<void>
  readonly asked: Body[] = []
  readonly #stream: Duplex
  readonly #waiting = new Map<bigint, (body: Body) => void>()
  #nextId = 0n

  constructor(answer: Body = { kind: 'Empty', body: {} }) {
    const [near, far] = duplexPair()
    this.#stream = near
    near.on('error', () => undefined)
    this.served = serveKeys(program, far)
    this.served.catch(() => undefined)
    this.#run(answer).catch(() => undefined)
  }

  async #run(answer: Body): Promise<void> {
    const reader = new FrameReader()
    for await (const piece of this.#stream) {
      for (const frame of reader.push(piece)) {
        const { id, messageType, body } = decodeMessage(frame) as Message
        if (messageType === MESSAGE_TYPES.response) this.#waiting.get(id)?.(body)
        else this.#answer(id, body, answer)
      }
    }
  }

  #answer(id: bigint, question: Body, body: Body): void {
    this.asked.push(question)
    this.write(encodeForRuntime({ id, messageType: MESSAGE_TYPES.response, body }))
  }

  write(message: Uint8Array): void {
    this.#stream.write(frameOf(message))
  }

  ask(body: Body): Promise<Body> {
    const id = this.#nextId++
    this.write(encodeForRuntime({ id, messageType: MESSAGE_TYPES.request, body }))
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  async leave(): Promise<void> {
    this.#stream.end()
    await this.served
  }
}

function localCall(method: string): Body {
  const request = encodeRust(RpcRequest, { method, args: Uint8Array.of(0xf6) })
  return { kind: 'RuntimeLocalRPCCallRequest', body: { request } }
}

describe('a key manager that is served', () => {
  it('says who it is, once, and that it makes no batches; then asks where it is', async () => {
    const host = new KeyHost()
    assert.deepEqual(
      await host.ask(localCall('init')),
      refused('host environment information not configured'),
    )
    const answer = await host.ask(hello)
    assert.ok(answer.kind === 'RuntimeInfoResponse')
    assert.equal(answer.body.features.scheduleControl, undefined)
    assert.deepEqual(await host.ask(hello), refused('already initialized'))
    assert.deepEqual(
      host.asked.map(({ kind }) => kind),
      ['HostIdentityRequest'],
    )
    await host.leave()
  })

  it('knows no other consensus layer', async () => {
    const host = new KeyHost()
    const body = make(RuntimeInfoRequest, { consensusBackend: 'other' })
    const answer = await host.ask({ kind: 'RuntimeInfoRequest', body })
    assert.deepEqual(answer, refused('incompatible consensus backend'))
    await host.leave()
  })

  it('answers what every program answers, and refuses what is for others', async () => {
    const host = new KeyHost()
    await host.ask(hello)
    assert.deepEqual(await host.ask({ kind: 'RuntimePingRequest', body: {} }), {
      kind: 'Empty',
      body: {},
    })
    const abort = await host.ask({ kind: 'RuntimeAbortRequest', body: {} })
    assert.equal(abort.kind, 'RuntimeAbortResponse')
    const shutdown = await host.ask({ kind: 'RuntimeShutdownRequest', body: {} })
    assert.deepEqual(shutdown, refused('method not supported'))
    await host.leave()
  })

  it('tells in an answer what its host did not give', async () => {
    const host = new KeyHost({ kind: 'Error', body: { module: 'm', code: 3, message: 'no' } })
    await host.ask(hello)
    const answer = await host.ask(localCall('init'))
    assert.ok(answer.kind === 'RuntimeLocalRPCCallResponse')
    const told = Buffer.from(answer.body.response).toString('latin1')
    assert.match(told, /verification: module: m code: 3 message: no$/)
    const sync = await host.ask({ kind: 'RuntimeConsensusSyncRequest', body: { height: 1n } })
    const message = 'verification: module: m code: 3 message: no'
    assert.deepEqual(sync, { kind: 'Error', body: { module: 'verifier', code: 2, message } })
    await host.leave()
  })

  it('refuses calls that cannot be read, and goes on', async () => {
    const host = new KeyHost()
    await host.ask(hello)
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 80 }),
        fc.nat({ max: 4 }),
        async (request, kind) => {
          fc.pre(!isRequest(request))
          const body = make(RpcCallRequest, { request, kind })
          const answer = await host.ask({ kind: 'RuntimeRPCCallRequest', body })
          assert.ok(['Error', 'RuntimeRPCCallResponse'].includes(answer.kind))
          const local = await host.ask({ kind: 'RuntimeLocalRPCCallRequest', body: { request } })
          assert.deepEqual(local, refused('malformed request'))
        },
      ),
      { numRuns: 60, examples: [[Uint8Array.of(0xf6), 0]] },
    )
    await host.leave()
  })

  it('ends with a reason when its host sends what is no message', async () => {
    const host = new KeyHost()
    host.write(Uint8Array.of(0xff))
    await assert.rejects(host.served, CodedError)
  })
})
