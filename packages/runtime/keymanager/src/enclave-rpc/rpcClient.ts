/** Calls to other enclaves, over the host's peers. */

import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, type Schema } from '@wadi/cbor/codec'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  Frame,
  type RpcMessage,
  RpcRequest,
  RpcResponse,
  SessionId,
} from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import {
  type HostRpcCallResponse,
  PEER_FEEDBACK,
} from '@wadi/runtime-protocol/host-protocol/services'
import { ask, type Conversation, pause } from '../conversation.ts'
import { refusal, said, sentenceOfDecoding } from '../errors.ts'
import {
  CALL_AGAIN_SECONDS_MAX,
  CLIENT_SESSION_COUNT_MAX,
  CLIENT_SESSIONS_OF_PEER_MAX,
  RETRY_PAUSES_MS,
  SESSION_STALE_SECONDS,
} from '../limits.ts'
import { errors } from './errors.ts'
import {
  CLOSED,
  openSession,
  type Session,
  type SessionRules,
  sealRpcMessage,
  type Taken,
  takeData,
} from './session.ts'
import { type Entry, SessionTable, type TableLimits } from './sessionTable.ts'

/** A method of another enclave, and who may be asked: anybody, or one of these nodes. */
export interface Call<T> {
  readonly kind: 'session' | 'insecure'
  readonly method: string
  readonly args: Uint8Array
  readonly result: Schema<T>
  readonly nodes: readonly PublicKey[]
}

/** An answer, and by which number the host knows who gave it. */
interface Answered {
  readonly requestId: bigint
  readonly response: RpcResponse
}

/** A session, and the node whose enclave is at its other end. */
interface NodeSession extends Entry {
  readonly node: PublicKey
}

/** What goes to the host. */
interface Outgoing {
  readonly request: Uint8Array
  readonly kind: number
  readonly nodes: readonly PublicKey[]
}

/** How many sessions an enclave opens. */
export const CLIENT_LIMITS: TableLimits = {
  countMax: CLIENT_SESSION_COUNT_MAX,
  ofPeerMax: CLIENT_SESSIONS_OF_PEER_MAX,
  staleSeconds: SESSION_STALE_SECONDS,
}

/** How a client is set up. */
export interface RpcClientOptions {
  readonly rules: SessionRules
  /** In seconds. */
  readonly now: () => number
  /** Such as `key-manager`. */
  readonly endpoint: string
  /** 32 bits that no other client of the same host has. */
  readonly clientId: number
}

/** One call at a time: whoever has several lets them wait for each other. */
export class RpcClient {
  readonly #endpoint: string
  readonly #clientId: number
  readonly #sessions: SessionTable<NodeSession>
  readonly #now: () => number
  #rules: SessionRules
  #lastRequest = 0

  constructor({ rules, now, endpoint, clientId }: RpcClientOptions) {
    this.#endpoint = endpoint
    this.#clientId = clientId
    this.#rules = rules
    this.#now = now
    this.#sessions = new SessionTable(CLIENT_LIMITS, now)
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** From here on the other end has to show something else; sessions from before are closed. */
  *setRules(rules: SessionRules): Conversation<void> {
    this.#rules = rules
    for (const session of this.#sessions.drain()) yield* this.#close(session)
  }

  /**
   * Calls, up to four times if it is the way that fails; where nobody answers, so often only if
   * that takes no time. Throws what the other enclave says.
   */
  *call<T>(call: Call<T>): Conversation<T> {
    const { requestId, response } = yield* this.#callAgain(call)
    try {
      const result = resultOf(call, response)
      yield* this.#giveFeedback(requestId, PEER_FEEDBACK.success)
      return result
    } catch (error) {
      if (error instanceof CodedError) yield* this.#giveFeedback(requestId, PEER_FEEDBACK.failure)
      throw error
    }
  }

  *#callAgain(call: Call<unknown>): Conversation<Answered> {
    const begin = this.#now()
    for (const milliseconds of RETRY_PAUSES_MS) {
      try {
        return yield* this.#callOnce(call)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        if (this.#now() - begin >= CALL_AGAIN_SECONDS_MAX) throw error
        yield* pause(milliseconds)
      }
    }
    return yield* this.#callOnce(call)
  }

  *#callOnce({ kind, method, args, nodes }: Call<unknown>): Conversation<Answered> {
    if (kind === 'insecure') return yield* this.#callPlainly({ method, args }, nodes)
    const session = yield* this.#connect(nodes)
    session.isBusy = true
    try {
      return yield* this.#callIn(session, { method, args })
    } catch (error) {
      this.#sessions.remove(session)
      throw error
    } finally {
      session.isBusy = false
    }
  }

  *#callPlainly(request: RpcRequest, nodes: readonly PublicKey[]): Conversation<Answered> {
    const requestId = this.#nextRequestId()
    const outgoing = {
      request: encodeRust(RpcRequest, request),
      kind: RPC_KINDS.insecureQuery,
      nodes,
    }
    const { response } = yield* this.#failing(requestId, this.#send(requestId, outgoing))
    try {
      return { requestId, response: decodeRust(RpcResponse, response) }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw refusal('decode', `decode error: ${sentenceOfDecoding(error)}`)
    }
  }

  *#callIn(session: NodeSession, request: RpcRequest): Conversation<Answered> {
    const sealed = sealOrFail(session.session, { kind: 'Request', body: request })
    session.session = sealed.session
    const requestId = this.#nextRequestId()
    const exchange = this.#exchange(session, requestId, { ...sealed, method: request.method })
    const message = yield* this.#failing(requestId, exchange)
    if (message?.kind !== 'Response') throw errors.expectedResponse()
    return { requestId, response: message.body }
  }

  *#exchange(
    session: NodeSession,
    requestId: bigint,
    { data, method }: { readonly data: Uint8Array; readonly method: string },
  ): Conversation<RpcMessage | undefined> {
    const frame = { session: session.id, untrustedPlaintext: method, payload: data }
    const { response } = yield* this.#sendFrame(requestId, frame, [session.node])
    try {
      const { session: next, message } = takeData(session.session, response, this.#rules)
      session.session = next
      return message
    } catch (error) {
      session.session = CLOSED
      if (!(error instanceof CodedError)) throw error
      throw refusal('session', `unknown error: ${error.message}`)
    }
  }

  /** A session with one of the nodes: one that there is, or a fresh one. */
  *#connect(nodes: readonly PublicKey[]): Conversation<NodeSession> {
    const known = this.#sessions.findIdle(nodes.map(toHex))
    if (known !== undefined) return known
    const fresh = yield* this.#shakeHands(nodes)
    const removed = yield* this.#roomFor(fresh)
    this.#sessions.add(fresh)
    if (removed !== undefined) yield* this.#close(removed)
    return fresh
  }

  *#roomFor(fresh: NodeSession): Conversation<NodeSession | undefined> {
    try {
      return this.#sessions.makeRoom(fresh.peer)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      yield* this.#close(fresh)
      throw refusal('sessions', `sessions error: ${error.message}`)
    }
  }

  /** Whoever answers the first message is the one who is called from then on. */
  *#shakeHands(nodes: readonly PublicKey[]): Conversation<NodeSession> {
    const id = SessionId.check(this.#rules.random.bytes(SessionId.size))
    const firstId = this.#nextRequestId()
    const begun = yield* this.#judged(firstId, this.#begin(firstId, id, nodes))
    const { session } = begun
    const lastId = this.#nextRequestId()
    try {
      yield* this.#judged(lastId, this.#finish(lastId, session, begun.reply))
      return session
    } catch (error) {
      if (error instanceof CodedError) yield* this.#close(session)
      throw error
    }
  }

  *#begin(requestId: bigint, id: SessionId, nodes: readonly PublicKey[]) {
    const first = takeData(openSession('initiator', this.#rules), EMPTY_BYTES, this.#rules)
    const frame = { session: id, untrustedPlaintext: '', payload: first.reply }
    const { response, node } = yield* this.#sendFrame(requestId, frame, nodes)
    const { session, reply } = takeOrFail(first.session, response, this.#rules)
    return { session: { peer: toHex(node), id, session, isBusy: false, node }, reply }
  }

  *#finish(requestId: bigint, { id, node, session }: NodeSession, payload: Uint8Array) {
    const frame = { session: id, untrustedPlaintext: '', payload }
    yield* this.#sendFrame(requestId, frame, [node])
    if (session.kind === 'unauthenticated') throw errors.transport()
  }

  /** Tells the other end that it is over, whatever it says to that. */
  *#close(entry: NodeSession): Conversation<void> {
    const { session, id, node } = entry
    entry.session = CLOSED
    if (session.kind !== 'transport' && session.kind !== 'unauthenticated') return
    const { data } = sealRpcMessage(session, { kind: 'Close', body: undefined })
    try {
      const frame = { session: id, untrustedPlaintext: '', payload: data }
      yield* this.#sendFrame(this.#nextRequestId(), frame, [node])
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
    }
  }

  *#sendFrame(requestId: bigint, frame: Frame, nodes: readonly PublicKey[]) {
    const request = encodeRust(Frame, frame)
    return yield* this.#send(requestId, { request, kind: RPC_KINDS.noiseSession, nodes })
  }

  *#send(requestId: bigint, outgoing: Outgoing): Conversation<HostRpcCallResponse> {
    const body = { endpoint: this.#endpoint, requestId, ...outgoing, peerFeedback: undefined }
    try {
      return (yield* ask({ kind: 'HostRPCCallRequest', body })).body
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw errors.transport()
    }
  }

  /** Tells the host how the peer did: well, unless this fails. */
  *#judged<T>(requestId: bigint, work: Conversation<T>): Conversation<T> {
    const result = yield* this.#failing(requestId, work)
    yield* this.#giveFeedback(requestId, PEER_FEEDBACK.success)
    return result
  }

  /** Tells the host that the peer did badly, if this fails. */
  *#failing<T>(requestId: bigint, work: Conversation<T>): Conversation<T> {
    try {
      return yield* work
    } catch (error) {
      if (error instanceof CodedError) yield* this.#giveFeedback(requestId, PEER_FEEDBACK.failure)
      throw error
    }
  }

  /** What the host says to that is of no interest. */
  *#giveFeedback(requestId: bigint, peerFeedback: number): Conversation<void> {
    const body = { endpoint: this.#endpoint, requestId, peerFeedback }
    yield { kind: 'answer', request: { kind: 'HostSubmitPeerFeedbackRequest', body } }
  }

  #nextRequestId(): bigint {
    this.#lastRequest = (this.#lastRequest + 1) >>> 0
    return (BigInt(this.#clientId) << 32n) + BigInt(this.#lastRequest)
  }
}

/** Throws what the other enclave says. */
function resultOf<T>({ result }: Call<T>, { body }: RpcResponse): T {
  if (body.kind === 'Error') throw said(body.body)
  try {
    return decodeRust(result, body.body)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw refusal('decode', `decode error: ${sentenceOfDecoding(error)}`)
  }
}

function takeOrFail(session: Session, data: Uint8Array, rules: SessionRules): Taken {
  try {
    return takeData(session, data, rules)
  } catch (error) {
    throw error instanceof CodedError ? errors.transport() : error
  }
}

function sealOrFail(session: Session, message: RpcMessage) {
  try {
    return sealRpcMessage(session, message)
  } catch (error) {
    throw error instanceof CodedError ? errors.transport() : error
  }
}
