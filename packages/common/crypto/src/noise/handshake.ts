/**
 * The XX handshake of Noise, as EnclaveRPC and libp2p use it:
 *
 *   → e
 *   ← e, ee, s, es      payload under the first keys: the responder's proof of who it is
 *   → s, se             payload: the initiator's
 *
 * A pure machine: each function takes a state and gives the next one. Ephemeral keys are
 * arguments, because randomness comes from outside. After a failure the handshake is over: the
 * caller drops the state, which is still the one before.
 */

import { concatBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Secret } from '@wadi/base/secret'
import { type Aead, TAG_BYTES } from '../aead/aead.ts'
import { NOISE_MESSAGE_BYTES_MAX } from '../limits.ts'
import { type X25519, X25519_BYTES } from '../x25519/x25519.ts'
import {
  decryptAndHash,
  encryptAndHash,
  errors,
  mixHash,
  mixKey,
  type Symmetric,
  splitKeys,
  startSymmetric,
} from './symmetric.ts'
import type { Transport } from './transport.ts'

/** The algorithms to compute with: ours or native ones. */
export interface NoiseAlgorithms {
  readonly x25519: X25519
  readonly chacha20Poly1305: Aead
}

export type Role = 'initiator' | 'responder'

/** A handshake between two messages. */
export interface Handshake {
  readonly role: Role
  /** The message that comes next, counted from 0. */
  readonly turn: number
  readonly symmetric: Symmetric
  readonly staticKey: Secret<Uint8Array>
  readonly ephemeralKey: Secret<Uint8Array> | undefined
  readonly remoteStatic: Uint8Array | undefined
  readonly remoteEphemeral: Uint8Array | undefined
}

/** What a message leads to: the handshake goes on, or it is done. */
export type Progress =
  | { readonly kind: 'handshake'; readonly handshake: Handshake }
  | { readonly kind: 'transport'; readonly transport: Transport }

export interface Written {
  readonly message: Uint8Array
  readonly progress: Progress
}

export interface Read {
  readonly payload: Uint8Array
  readonly progress: Progress
}

type Token = 'e' | 's' | 'ee' | 'es' | 'se'

const MESSAGES: readonly (readonly Token[])[] = [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']]

/** Begins a handshake; `staticKey` is our private key. */
export function startHandshake(
  role: Role,
  staticKey: Secret<Uint8Array>,
  prologue: Uint8Array,
): Handshake {
  return {
    role,
    turn: 0,
    symmetric: startSymmetric(prologue),
    staticKey,
    ephemeralKey: undefined,
    remoteStatic: undefined,
    remoteEphemeral: undefined,
  }
}

/** Is it our turn to write? The initiator writes messages 0 and 2. */
export function isOurTurn({ role, turn }: Handshake): boolean {
  return (turn % 2 === 0) === (role === 'initiator')
}

/** The shared secret that a token of two letters names: the initiator's key, the responder's. */
function mixAgreement({ x25519 }: NoiseAlgorithms, state: Handshake, token: string): Handshake {
  const [ours, theirs] = state.role === 'initiator' ? token : [token[1], token[0]]
  const privateKey = ours === 'e' ? state.ephemeralKey : state.staticKey
  const publicKey = theirs === 'e' ? state.remoteEphemeral : state.remoteStatic
  assert(privateKey !== undefined && publicKey !== undefined, 'noise: the pattern sends keys first')
  const secret = x25519.agree(privateKey.reveal(), publicKey)
  if (secret === undefined) throw errors.lowOrder()
  return { ...state, symmetric: mixKey(state.symmetric, secret) }
}

function advance(state: Handshake): Progress {
  const handshake = { ...state, turn: state.turn + 1 }
  if (handshake.turn < MESSAGES.length) return { kind: 'handshake', handshake }
  const [initiator, responder] = splitKeys(state.symmetric)
  const isInitiator = state.role === 'initiator'
  assert(state.remoteStatic !== undefined, 'noise: XX has sent both static keys')
  const transport = {
    send: isInitiator ? initiator : responder,
    receive: isInitiator ? responder : initiator,
    handshakeHash: state.symmetric.hash,
    remoteStatic: state.remoteStatic,
  }
  return { kind: 'transport', transport }
}

/**
 * Writes the next message. `ephemeralKey` is a fresh private key for our first message; the second
 * message of the initiator sends none.
 */
export function writeMessage(
  algorithms: NoiseAlgorithms,
  handshake: Handshake,
  payload: Uint8Array,
  ephemeralKey: Secret<Uint8Array> | undefined,
): Written {
  assert(isOurTurn(handshake), 'noise: it is the other side that writes')
  const { x25519, chacha20Poly1305: aead } = algorithms
  const parts: Uint8Array[] = []
  let state = handshake
  for (const token of MESSAGES[state.turn]!) {
    if (token === 'e') {
      assert(ephemeralKey !== undefined, 'noise: this message sends an ephemeral key')
      const publicKey = x25519.publicKey(ephemeralKey.reveal())
      parts.push(publicKey)
      const symmetric = mixHash(state.symmetric, publicKey)
      state = { ...state, symmetric, ephemeralKey }
    } else if (token === 's') {
      const publicKey = x25519.publicKey(state.staticKey.reveal())
      const { sealed, state: symmetric } = encryptAndHash(aead, state.symmetric, publicKey)
      parts.push(sealed)
      state = { ...state, symmetric }
    } else {
      state = mixAgreement(algorithms, state, token)
    }
  }
  const { sealed, state: symmetric } = encryptAndHash(aead, state.symmetric, payload)
  const message = concatBytes(...parts, sealed)
  if (message.length > NOISE_MESSAGE_BYTES_MAX) throw errors.tooLong(`${message.length} bytes`)
  return { message, progress: advance({ ...state, symmetric }) }
}

/** Reads the next message of the other side. */
export function readMessage(
  algorithms: NoiseAlgorithms,
  handshake: Handshake,
  message: Uint8Array,
): Read {
  if (isOurTurn(handshake)) throw errors.outOfTurn()
  if (message.length > NOISE_MESSAGE_BYTES_MAX) throw errors.tooLong(`${message.length} bytes`)
  const aead = algorithms.chacha20Poly1305
  let at = 0
  const take = (size: number): Uint8Array => {
    if (message.length - at < size) throw errors.truncated(`${message.length} bytes`)
    at += size
    return message.slice(at - size, at)
  }
  let state = handshake
  for (const token of MESSAGES[state.turn]!) {
    if (token === 'e') {
      const remoteEphemeral = take(X25519_BYTES)
      const symmetric = mixHash(state.symmetric, remoteEphemeral)
      state = { ...state, symmetric, remoteEphemeral }
    } else if (token === 's') {
      const sealed = take(X25519_BYTES + TAG_BYTES)
      const { text, state: symmetric } = decryptAndHash(aead, state.symmetric, sealed)
      state = { ...state, symmetric, remoteStatic: text }
    } else {
      state = mixAgreement(algorithms, state, token)
    }
  }
  const sealed = take(message.length - at)
  const { text: payload, state: symmetric } = decryptAndHash(aead, state.symmetric, sealed)
  return { payload, progress: advance({ ...state, symmetric }) }
}
