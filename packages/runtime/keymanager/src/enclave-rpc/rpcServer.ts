/** The sessions that others have with an enclave, and calls out of them. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust } from '@wadi/cbor/codec'
import { hashOfBytes } from '@wadi/primitives/hash'
import {
  Frame,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
  type SessionId,
} from '@wadi/runtime-protocol/enclave-rpc/message'
import type { Conversation } from '../conversation.ts'
import { sentenceOfDecoding } from '../errors.ts'
import {
  SERVER_SESSION_COUNT_MAX,
  SERVER_SESSIONS_OF_PEER_MAX,
  SESSION_STALE_SECONDS,
} from '../limits.ts'
import { dispatchRefusal, frameRefusal } from './errors.ts'
import type { RemoteEnclave } from './rakBinding.ts'
import { CLOSED, openSession, type SessionRules, sealRpcMessage, takeData } from './session.ts'
import { type Entry, SessionTable, type TableLimits } from './sessionTable.ts'

/** Works on a call that came in a session. */
export type Dispatch = (
  request: RpcRequest,
  remote: RemoteEnclave | undefined,
) => Conversation<RpcResponse>

/** How many sessions an enclave has. */
export const SERVER_LIMITS: TableLimits = {
  countMax: SERVER_SESSION_COUNT_MAX,
  ofPeerMax: SERVER_SESSIONS_OF_PEER_MAX,
  staleSeconds: SESSION_STALE_SECONDS,
}

/** Takes frames of any peers. */
export class RpcServer {
  readonly #rules: SessionRules
  readonly #sessions: SessionTable<Entry>
  readonly #dispatch: Dispatch

  /** `now` gives seconds. */
  constructor(
    rules: SessionRules,
    now: () => number,
    dispatch: Dispatch,
    limits: TableLimits = SERVER_LIMITS,
  ) {
    this.#rules = rules
    this.#sessions = new SessionTable(limits, now)
    this.#dispatch = dispatch
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** Gives what the peer is to be told. Throws what the host is to be told instead. */
  *serve(peerId: Uint8Array, data: Uint8Array): Conversation<Uint8Array> {
    const frame = decodeFrame(data)
    const entry = this.#entryOf(peerId, frame.session)
    // COMPAT(oasis-core): there the frame waits. Nobody sends one before the last was answered.
    if (entry.isBusy) throw dispatchRefusal('session is in use')
    const { reply, message } = this.#take(entry, frame.payload)
    if (message === undefined) return reply
    switch (message.kind) {
      case 'Request':
        if (frame.untrustedPlaintext !== message.body.method) {
          throw frameRefusal('method', 'malformed request method')
        }
        return yield* this.#call(entry, message.body)
      case 'Close':
        this.#sessions.remove(entry)
        return seal(entry, message)
      default:
        throw dispatchRefusal('invalid RPC message type')
    }
  }

  *#call(entry: Entry, request: RpcRequest): Conversation<Uint8Array> {
    const remote = entry.session.kind === 'transport' ? entry.session.remote : undefined
    entry.isBusy = true
    try {
      const body = yield* this.#dispatch(request, remote)
      return seal(entry, { kind: 'Response', body })
    } finally {
      entry.isBusy = false
    }
  }

  #take(entry: Entry, payload: Uint8Array) {
    try {
      const taken = takeData(entry.session, payload, this.#rules)
      entry.session = taken.session
      return taken
    } catch (error) {
      entry.session = CLOSED
      this.#sessions.remove(entry)
      if (!(error instanceof CodedError)) throw error
      throw frameRefusal('session', error.message)
    }
  }

  #entryOf(peerId: Uint8Array, id: SessionId): Entry {
    // Hashed: a host may make them as long as it likes.
    const peer = toHex(hashOfBytes(peerId))
    const known = this.#sessions.get(peer, id)
    if (known !== undefined) return known
    try {
      this.#sessions.makeRoom(peer)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw frameRefusal('sessions', `sessions error: ${error.message}`)
    }
    const session = openSession('responder', this.#rules)
    const entry = { peer, id, session, isBusy: false }
    this.#sessions.add(entry)
    return entry
  }
}

function decodeFrame(data: Uint8Array): Frame {
  try {
    return decodeRust(Frame, data)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw frameRefusal('payload', `malformed payload: ${sentenceOfDecoding(error)}`)
  }
}

function seal(entry: Entry, message: RpcMessage): Uint8Array {
  try {
    const { session, data } = sealRpcMessage(entry.session, message)
    entry.session = session
    return data
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw dispatchRefusal(error.message)
  }
}
