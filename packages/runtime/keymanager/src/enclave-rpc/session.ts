/** One session between two enclaves: Noise, what each shows of itself, and calls. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import {
  type Handshake,
  type NoiseAlgorithms,
  type Progress,
  type Role,
  readMessage,
  startHandshake,
  writeMessage,
} from '@wadi/crypto/noise/handshake'
import { openMessage, sealMessage, type Transport } from '@wadi/crypto/noise/transport'
import { type X25519, X25519_BYTES } from '@wadi/crypto/x25519/x25519'
import { RpcMessage } from '@wadi/runtime-protocol/enclave-rpc/message'
import { refusal, sentenceOfDecoding } from '../errors.ts'
import { errors, noiseRefusal } from './errors.ts'
import { type Demands, type RemoteEnclave, verifyBinding } from './rakBinding.ts'

/** What both ends of all sessions of an enclave have in common. */
export interface SessionRules {
  /** Ours or a native one. */
  readonly x25519: X25519
  readonly random: RandomSource
  readonly demands: Demands
  /** What the enclave shows for a session's public key; nothing if there is no enclave. */
  bind(localStatic: () => Uint8Array): Uint8Array
}

/** A session that has been closed takes nothing any more. */
export type Session =
  | { readonly kind: 'handshake'; readonly handshake: Handshake }
  | {
      readonly kind: 'transport'
      readonly transport: Transport
      readonly remote: RemoteEnclave | undefined
    }
  /** The other end was not the right one: it can only be told that it is over. */
  | { readonly kind: 'unauthenticated'; readonly transport: Transport }
  | { readonly kind: 'closed' }

export const CLOSED: Session = { kind: 'closed' }

/** What came of a piece of data: the session after it, an answer, and what was said. */
export interface Taken {
  readonly session: Session
  readonly reply: Uint8Array
  /** Once the handshake is over. */
  readonly message: RpcMessage | undefined
}

function privateKey(random: RandomSource): Secret<Uint8Array> {
  return new Secret(random.bytes(X25519_BYTES))
}

/** A session before its first message, with a key of its own. */
export function openSession(role: Role, { random }: SessionRules): Session {
  const handshake = startHandshake(role, privateKey(random), EMPTY_BYTES)
  return { kind: 'handshake', handshake }
}

/**
 * Takes what the other end sent; the one that begins takes nothing first. If this throws, the
 * session is over: whoever has it must take {@link CLOSED} instead.
 */
export function takeData(session: Session, data: Uint8Array, rules: SessionRules): Taken {
  try {
    if (session.kind === 'handshake') return takeHandshake(session.handshake, data, rules)
    if (session.kind === 'transport') return takeMessage(session, data)
  } catch (error) {
    throw error instanceof CodedError ? noiseRefusal(error) : error
  }
  throw errors.sessionClosed()
}

function takeHandshake(handshake: Handshake, data: Uint8Array, rules: SessionRules): Taken {
  if (handshake.turn > 0) return finishHandshake(handshake, data, rules)
  if (handshake.role === 'responder') {
    const { progress } = readMessage(algorithmsOf(rules), handshake, data)
    return write(progress, bindingOf(handshake, rules), rules)
  }
  if (data.length > 0) throw errors.invalidInput()
  return write({ kind: 'handshake', handshake }, EMPTY_BYTES, rules)
}

function algorithmsOf({ x25519 }: SessionRules): NoiseAlgorithms {
  return { x25519, chacha20Poly1305 }
}

function bindingOf({ staticKey }: Handshake, rules: SessionRules): Uint8Array {
  return rules.bind(() => rules.x25519.publicKey(staticKey.reveal()))
}

/** Writes a message that has a fresh key in it. */
function write(progress: Progress, payload: Uint8Array, rules: SessionRules): Taken {
  const { message: reply, progress: next } = writeMessage(
    algorithmsOf(rules),
    handshakeOf(progress),
    payload,
    privateKey(rules.random),
  )
  return { session: { kind: 'handshake', handshake: handshakeOf(next) }, reply, message: undefined }
}

function handshakeOf(progress: Progress): Handshake {
  assert(progress.kind === 'handshake', 'enclaveRpc: XX has three messages')
  return progress.handshake
}

function transportOf(progress: Progress): Transport {
  assert(progress.kind === 'transport', 'enclaveRpc: XX has three messages')
  return progress.transport
}

/** Now both know each other's key, and what was shown for it. */
function finishHandshake(handshake: Handshake, data: Uint8Array, rules: SessionRules): Taken {
  const algorithms = algorithmsOf(rules)
  const { payload, progress } = readMessage(algorithms, handshake, data)
  if (handshake.role === 'responder') {
    const transport = transportOf(progress)
    const remote = verify(payload, transport.remoteStatic, rules)
    return {
      session: { kind: 'transport', transport, remote },
      reply: EMPTY_BYTES,
      message: undefined,
    }
  }
  const between = handshakeOf(progress)
  assert(between.remoteStatic !== undefined, 'enclaveRpc: the responder has sent its key')
  const written = writeMessage(algorithms, between, bindingOf(handshake, rules), undefined)
  const transport = transportOf(written.progress)
  const session = verifiedSession(transport, payload, rules)
  return { session, reply: written.message, message: undefined }
}

function verifiedSession(transport: Transport, shown: Uint8Array, rules: SessionRules): Session {
  try {
    const remote = verify(shown, transport.remoteStatic, rules)
    return { kind: 'transport', transport, remote }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { kind: 'unauthenticated', transport }
  }
}

function verify(shown: Uint8Array, remoteStatic: Uint8Array, { demands }: SessionRules) {
  return decoding(() => verifyBinding(shown, remoteStatic, demands))
}

/** Says of what cannot be read what the reference's decoder says. */
function decoding<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    const isMalformed = error instanceof CodedError && error.reason.startsWith('cbor.')
    if (!isMalformed) throw error
    throw refusal('malformed', sentenceOfDecoding(error))
  }
}

function takeMessage(session: Extract<Session, { kind: 'transport' }>, data: Uint8Array): Taken {
  const { text, transport } = openMessage(chacha20Poly1305, session.transport, data)
  const message = decoding(() => decodeRust(RpcMessage, text))
  return { session: { ...session, transport }, reply: EMPTY_BYTES, message }
}

/** Says something to the other end; to one that was not the right one only that it is over. */
export function sealRpcMessage(
  session: Session,
  message: RpcMessage,
): { readonly session: Session; readonly data: Uint8Array } {
  const isTold = session.kind === 'unauthenticated' && message.kind === 'Close'
  if (session.kind !== 'transport' && !isTold) throw errors.invalidState()
  try {
    const text = encodeRust(RpcMessage, message)
    const sealed = sealMessage(chacha20Poly1305, session.transport, text)
    return { session: { ...session, transport: sealed.transport }, data: sealed.message }
  } catch (error) {
    throw error instanceof CodedError ? noiseRefusal(error) : error
  }
}
