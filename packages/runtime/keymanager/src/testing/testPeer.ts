/** The other end of sessions with a server, which can do whatever it likes. */

import { FakeClock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { encodeRust } from '@wadi/cbor/codec'
import { Frame, type RpcMessage, SessionId } from '@wadi/runtime-protocol/enclave-rpc/message'
import type { Conversation } from '../conversation.ts'
import { secondsOf, sessionRules } from '../enclave.ts'
import { type Dispatch, RpcServer, SERVER_LIMITS } from '../enclave-rpc/rpcServer.ts'
import {
  openSession,
  type Session,
  type SessionRules,
  sealRpcMessage,
  takeData,
} from '../enclave-rpc/session.ts'
import type { TableLimits } from '../enclave-rpc/sessionTable.ts'

const NOTHING = new Uint8Array(0)

/** Runs a conversation that asks nothing. */
export function runAlone<T>(conversation: Conversation<T>): T {
  const step = conversation.next()
  assert(step.done === true, 'test: nobody is there to be asked')
  return step.value
}

/** A server that answers every call with its arguments, and its clock. */
export class TestServer {
  readonly clock: FakeClock = new FakeClock()
  readonly rules: SessionRules
  readonly server: RpcServer

  constructor(dispatch: Dispatch = echo, limits: TableLimits = SERVER_LIMITS) {
    const world = { random: new SeededRandom(3n), clock: this.clock }
    this.rules = sessionRules(world, undefined)
    this.server = new RpcServer(this.rules, secondsOf(this.clock), dispatch, limits)
  }

  /** Takes a frame of a peer. */
  take(peer: number, frame: Uint8Array): Uint8Array {
    return runAlone(this.server.serve(Uint8Array.of(peer, peer >> 8), frame))
  }
}

/** A conversation that asks nothing. */
export function* saying<T>(value: T): Conversation<T> {
  yield* []
  return value
}

export const echo: Dispatch = ({ args }) => saying({ body: { kind: 'Success', body: args } })

/** One session of a peer with a server. */
export class TestPeer {
  readonly id: SessionId
  readonly #server: TestServer
  readonly #peer: number
  session: Session

  constructor(server: TestServer, peer: number, session = 0) {
    this.#server = server
    this.#peer = peer
    const id = new Uint8Array(32)
    new DataView(id.buffer).setUint32(0, session)
    this.id = SessionId.check(id)
    this.session = openSession('initiator', server.rules)
  }

  frame(payload: Uint8Array, untrustedPlaintext = ''): Uint8Array {
    return encodeRust(Frame, { session: this.id, untrustedPlaintext, payload })
  }

  send(frame: Uint8Array): Uint8Array {
    return this.#server.take(this.#peer, frame)
  }

  /** The next message of the handshake, as a frame. */
  begin(data: Uint8Array = NOTHING): Uint8Array {
    const { session, reply } = takeData(this.session, data, this.#server.rules)
    this.session = session
    return this.frame(reply)
  }

  /** Shakes hands. */
  connect(): this {
    const second = this.begin(this.send(this.begin()))
    assert(this.send(second).length === 0, 'test: the last message has no answer')
    return this
  }

  /** A message of the session, as a frame. */
  seal(message: RpcMessage, untrustedPlaintext = ''): Uint8Array {
    const { session, data } = sealRpcMessage(this.session, message)
    this.session = session
    return this.frame(data, untrustedPlaintext)
  }

  /** A call, as a frame. */
  call(method: string, args: Uint8Array): Uint8Array {
    return this.seal({ kind: 'Request', body: { method, args } }, method)
  }

  /** What the server said. */
  open(reply: Uint8Array): RpcMessage {
    const { session, message } = takeData(this.session, reply, this.#server.rules)
    this.session = session
    assert(message !== undefined, 'test: the handshake is over')
    return message
  }
}
