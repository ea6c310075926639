/**
 * The secret connection of CometBFT (station to station): bytes in, bytes out, nothing else.
 *
 *   ephemeral key ⇄ ephemeral key         in the open
 *   key and signature ⇄ key and signature in frames: who it is
 *   data ⇄ data                           in frames
 */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import type { AeadKey } from '@wadi/crypto/aead/aead'
import { X25519_BYTES } from '@wadi/crypto/x25519/x25519'
import { decode, encodeDelimited, type Schema } from '@wadi/protobuf/codec'
import { AuthSignature, EphemeralKey } from '@wadi/tendermint/messages/connection'
import { DelimitedReader } from '../delimitedReader.ts'
import { errors } from '../errors.ts'
import { AUTH_BYTES_MAX, EPHEMERAL_BYTES_MAX } from '../limits.ts'
import { FrameOpener, FrameSealer } from './frames.ts'
import type { NodeKey, SecretAlgorithms, SignatureCheck } from './identity.ts'
import { deriveSessionKeys, type SessionKeys } from './keySchedule.ts'

/** What a secret connection is made of. */
export interface SecretOptions {
  readonly algorithms: SecretAlgorithms
  readonly key: NodeKey
  readonly dialect: SignatureCheck
  /** 32 fresh random bytes, never used for another connection. */
  readonly ephemeralSecret: Uint8Array
}

/** What came of bytes that were received. */
export interface SecretReceived {
  /** To be sent at once. */
  readonly reply: Uint8Array
  /** What the other side said after it had shown who it is. */
  readonly data: Uint8Array
}

interface Session {
  readonly sealer: FrameSealer
  readonly opener: FrameOpener
  readonly aeadKeys: readonly AeadKey[]
  readonly challenge: Uint8Array
}

/** See the top of this file. Whatever is wrong is a coded error, and the connection is dead. */
export class SecretConnection {
  readonly #options: SecretOptions
  readonly #localKey: Uint8Array
  #reader = new DelimitedReader(EPHEMERAL_BYTES_MAX)
  #session: Session | undefined
  #remoteKey: Uint8Array | undefined

  constructor(options: SecretOptions) {
    this.#options = options
    this.#localKey = options.algorithms.x25519.publicKey(options.ephemeralSecret)
  }

  /** What is sent first. */
  hello(): Uint8Array {
    return encodeDelimited(EphemeralKey, { value: this.#localKey })
  }

  /** The key of the other side, once it has shown that it is its own. */
  get remoteKey(): Uint8Array | undefined {
    return this.#remoteKey
  }

  receive(bytes: Uint8Array): SecretReceived {
    if (this.#remoteKey !== undefined)
      return { reply: EMPTY_BYTES, data: this.#session!.opener.open(bytes) }
    if (this.#session !== undefined) return this.#receiveAuth(this.#session, bytes)
    this.#reader.push(bytes)
    const message = this.#reader.next()
    if (message === undefined) return { reply: EMPTY_BYTES, data: EMPTY_BYTES }
    const session = this.#agree(decodeOr(EphemeralKey, message, errors.badEphemeralKey).value)
    const sealed = this.#reader.rest()
    this.#session = session
    this.#reader = new DelimitedReader(AUTH_BYTES_MAX)
    const { reply, data } = this.#receiveAuth(session, sealed)
    return { reply: concatBytes(this.#proof(session), reply), data }
  }

  /** What the other side said, behind what was left of that before. Only lent until the next. */
  openBehind(before: Uint8Array, bytes: Uint8Array): Uint8Array {
    assert(this.#remoteKey !== undefined, 'p2p: nothing is heard from somebody unknown')
    return this.#session!.opener.openBehind(before, bytes)
  }

  /** Seals what is to be sent. The other side must have shown who it is. */
  seal(data: Uint8Array): Uint8Array {
    assert(this.#remoteKey !== undefined, 'p2p: nothing is said to somebody unknown')
    return this.#session!.sealer.seal(data)
  }

  /** Forgets the keys. */
  wipe(): void {
    for (const key of this.#session?.aeadKeys ?? []) key.wipe()
    this.#options.ephemeralSecret.fill(0)
  }

  #agree(remoteKey: Uint8Array): Session {
    const { algorithms, ephemeralSecret } = this.#options
    // COMPAT(cometbft): the reference pads or cuts a key of another size; nobody sends one.
    if (remoteKey.length !== X25519_BYTES) throw errors.badEphemeralKey(`${remoteKey.length} bytes`)
    const secret = algorithms.x25519.agree(ephemeralSecret, remoteKey)
    if (secret === undefined) throw errors.lowOrderPoint()
    const keys = deriveSessionKeys({ localKey: this.#localKey, remoteKey, secret })
    const session = this.#useKeys(keys)
    for (const used of [secret, ephemeralSecret, keys.receiveKey, keys.sendKey]) used.fill(0)
    return session
  }

  #useKeys({ receiveKey, sendKey, challenge }: SessionKeys): Session {
    const { chacha20Poly1305 } = this.#options.algorithms
    const [receiving, sending] = [receiveKey, sendKey].map((key) => chacha20Poly1305.useKey(key))
    return {
      sealer: new FrameSealer(sending!),
      opener: new FrameOpener(receiving!),
      aeadKeys: [receiving!, sending!],
      challenge,
    }
  }

  #proof({ challenge, sealer }: Session): Uint8Array {
    const { key } = this.#options
    const { publicKey } = key
    return sealer.seal(
      encodeDelimited(AuthSignature, { publicKey, signature: key.sign(challenge) }),
    )
  }

  #receiveAuth({ opener, challenge }: Session, bytes: Uint8Array): SecretReceived {
    this.#reader.push(opener.open(bytes))
    const message = this.#reader.next()
    if (message === undefined) return { reply: EMPTY_BYTES, data: EMPTY_BYTES }
    const { publicKey, signature } = decodeOr(AuthSignature, message, errors.badKeyType)
    if (!this.#options.dialect.verify({ publicKey, message: challenge, signature }))
      throw errors.badChallengeSignature()
    this.#remoteKey = publicKey
    return { reply: EMPTY_BYTES, data: this.#reader.rest() }
  }
}

function decodeOr<T>(schema: Schema<T>, bytes: Uint8Array, refuse: typeof errors.badKeyType): T {
  try {
    return decode(schema, bytes)
  } catch (error) {
    if (error instanceof CodedError) throw refuse(error.message)
    throw error
  }
}
