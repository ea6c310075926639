/** Keys that a key manager gives runtimes. */

import { UnavailableError } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { bytes, bytesOf, type FixedBytes, fixedBytes } from '@wadi/cbor/scalars'
import { optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'

/** By which a runtime tells its keys apart. */
export type KeyPairId = FixedBytes<'KeyPairId'>
export const KeyPairId = bytesOf('KeyPairId', 32)

/** A pair to encrypt for the runtime with, and a key for its state. */
export const KeyPair = struct({
  inputKeypair: struct({ pk: X25519PublicKey, sk: fixedBytes(32) }),
  stateKey: fixedBytes(32),
  /** Key managers of old say something here that nobody reads. */
  checksum: optional(bytes),
})
export type KeyPair = Infer<typeof KeyPair>

/** A public key, and the key manager's word that it is the runtime's. */
export const SignedPublicKey = struct({
  key: X25519PublicKey,
  /** Of the master secret with which it was signed. */
  checksum: bytes,
  signature: RawSignature,
  /** Until when the word holds; only keys of epochs have it. */
  expiration: optional(Epoch),
})
export type SignedPublicKey = Infer<typeof SignedPublicKey>

/** Which keys: those of a generation of the master secret, or those of an epoch. */
export type KeyPairName = { readonly keyPairId: KeyPairId } & (
  | { readonly kind: 'long-term'; readonly generation: bigint }
  | { readonly kind: 'ephemeral'; readonly epoch: Epoch }
)

/** The reason of errors that are what the key manager has said for good. */
export const KEY_MANAGER_SAID = 'keymanager.callFailed'
/** That of what it has said as it cannot answer yet: it would say something else later. */
export const KEY_MANAGER_NOT_READY = 'keymanager.notReady'
/** That of not having heard anybody. */
export const KEY_MANAGER_UNHEARD = 'keymanager.transport'

/**
 * How long to wait for a key: until the key manager has answered or was given up, or only for a
 * moment, for what can be left for later. Whoever would come to another result without the key
 * must not be content with a moment.
 */
export type KeyWait = 'until-answered' | 'briefly'

/**
 * The key manager of a runtime, as far as its answers are here. Both throw {@link MissingKeyError}
 * where one is not, a `CodedError` with the key manager's sentence and {@link KEY_MANAGER_SAID} as
 * its reason where it refuses, and one with another reason where nothing is known yet.
 */
export interface RuntimeKeys {
  /** Private: only enclaves that the key manager's policy names get them. */
  keyPair(name: KeyPairName, wait?: KeyWait): KeyPair
  publicKey(name: KeyPairName): SignedPublicKey
}

/** The key manager has to be asked first. */
export class MissingKeyError extends UnavailableError {
  readonly part: 'key-pair' | 'public-key'
  readonly keyName: KeyPairName
  readonly wait: KeyWait

  constructor(
    part: 'key-pair' | 'public-key',
    keyName: KeyPairName,
    wait: KeyWait = 'until-answered',
  ) {
    super('runtime.missing-key', 'runtime: the key manager has not been asked for a key')
    this.part = part
    this.keyName = keyName
    this.wait = wait
  }
}
