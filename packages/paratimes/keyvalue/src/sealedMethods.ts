/** Methods that need keys which the key manager keeps. */

import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encodeRust } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { TAG_BYTES } from '@wadi/crypto/aead/aead'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { hashOfBytes } from '@wadi/primitives/hash'
import { KeyPairId, type RuntimeKeys } from '@wadi/runtime-protocol/enclave-rpc/keys'
import * as calls from './call.ts'
import { failure } from './call.ts'
import { type CallContext, type Method, method, NOTHING, result } from './method.ts'
import { NONCE, SealedState } from './sealedState.ts'

const MaybeBytes = nilable(bytes)
const X25519_BYTES = 32

function keysOf({ runtime }: CallContext): RuntimeKeys {
  if (runtime.keys === undefined) throw failure('key manager not available')
  return runtime.keys
}

/** The key pair that goes with a text of the caller's. */
function idOf(text: string): KeyPairId {
  return KeyPairId.check(hashOfBytes(toUtf8(text)))
}

/** The state as whoever has this key of this generation sees it. */
function sealedState(context: CallContext, { key, generation }: calls.KeyArgs): SealedState {
  const name = { kind: 'long-term', keyPairId: idOf(key), generation } as const
  return new SealedState(context.state, keysOf(context).keyPair(name).stateKey)
}

const insert = method(calls.KeyValueArgs, (context, args) => {
  if (context.mode === 'check') return NOTHING
  return result(sealedState(context, args).insert(toUtf8(args.key), toUtf8(args.value)))
})

const get = method(calls.KeyArgs, (context, args) => {
  if (context.mode === 'check') return NOTHING
  return result(sealedState(context, args).get(toUtf8(args.key)))
})

const remove = method(calls.KeyArgs, (context, args) => {
  if (context.mode === 'check') return NOTHING
  return result(sealedState(context, args).remove(toUtf8(args.key)))
})

/** Seals for the runtime, under its public key of an epoch. */
const encrypt = method(calls.EncryptArgs, (context, { epoch, keyPairId, plaintext }) => {
  if (context.mode === 'check') return NOTHING
  const id = idOf(keyPairId)
  const { key: publicKey } = keysOf(context).publicKey({ kind: 'ephemeral', keyPairId: id, epoch })
  // Everybody can make this key: the same plaintext must give the same on every node.
  const privateKey = id
  const box = useBoxKey(x25519, privateKey, publicKey)
  const sealed = box.seal(NONCE, plaintext, new Uint8Array(0))
  return encodeRust(MaybeBytes, concatBytes(x25519.publicKey(privateKey), sealed))
})

/** Opens what was sealed for the runtime in an epoch. */
const decrypt = method(calls.DecryptArgs, (context, { epoch, keyPairId, ciphertext }) => {
  if (context.mode === 'check') return NOTHING
  const { inputKeypair } = ephemeralPair(context, idOf(keyPairId), epoch)
  if (ciphertext.length < X25519_BYTES) throw failure('invalid ciphertext')
  const box = useBoxKey(x25519, inputKeypair.sk, ciphertext.subarray(0, X25519_BYTES))
  try {
    const text = box.open(NONCE, ciphertext.subarray(X25519_BYTES), new Uint8Array(0))
    return encodeRust(MaybeBytes, text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw failure(`failed to decrypt ciphertext: ${openingSentence(ciphertext)}`)
  }
})

function ephemeralPair(context: CallContext, keyPairId: KeyPairId, epoch: bigint) {
  try {
    return keysOf(context).keyPair({ kind: 'ephemeral', keyPairId, epoch })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw failure(`private ephemeral key not available: ${error.message}`)
  }
}

function openingSentence(ciphertext: Uint8Array): string {
  const isShort = ciphertext.length < X25519_BYTES + TAG_BYTES
  return isShort ? 'Ciphertext did not include a complete tag.' : 'Tag verification failed'
}

/** By name. */
export const sealedMethods: readonly (readonly [string, Method])[] = [
  ['enc_insert', insert],
  ['enc_get', get],
  ['enc_remove', remove],
  ['encrypt', encrypt],
  ['decrypt', decrypt],
]
