/**
 * Signing (RFC 8032, 5.1.6). Time does not depend on the key: see kernel/secret.ts. What the
 * kernel's memory held of a secret is overwritten before these functions return. Secrets are hashed
 * by noble, which overwrites its buffers; the hash kernel keeps the last message in its memory.
 */

import { sha512 as sha512OfSecret } from '@noble/hashes/sha2.js'
import { concatBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { SHA512 } from '../hash/sha512.ts'
import { ed25519Kernel, type Kernel, wipe } from './kernel/kernel.ts'
import * as layout from './kernel/layout.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './signedMessage.ts'

/** Bytes of a private key: the seed of RFC 8032. */
export const SEED_BYTES = 32

const SCALAR = layout.WORK_SCALARS
const NONCE = SCALAR + layout.SCALAR_BYTES
const CHALLENGE = NONCE + layout.SCALAR_BYTES

let isCombFilled = false

/** The kernel, ready for secret multiples of the base point. */
export function signingKernel(): Kernel {
  const kernel = ed25519Kernel()
  if (!isCombFilled) kernel.fillCombTable()
  isCombFilled = true
  return kernel
}

/** What a seed stands for: the secret scalar and the prefix of the nonces' hash. Wipe both. */
export function expandSeed(seed: Uint8Array): {
  readonly scalar: Uint8Array
  readonly prefix: Uint8Array
} {
  assert(seed.length === SEED_BYTES, 'ed25519: a seed has 32 bytes')
  const hash = sha512OfSecret(seed)
  const scalar = hash.subarray(0, 32)
  scalar[0] = scalar[0]! & 248
  scalar[31] = (scalar[31]! & 127) | 64
  return { scalar, prefix: hash.subarray(32) }
}

/** The bytes of the multiple of the base point by the scalar at an address. */
function baseMultiple(kernel: Kernel, scalar: number): Uint8Array {
  kernel.multiplyBase(layout.ACCUMULATOR, scalar)
  kernel.compress(layout.ACCUMULATOR, layout.ACCUMULATOR, layout.IO, layout.IO)
  return kernel.bytes.slice(layout.IO, layout.IO + PUBLIC_KEY_BYTES)
}

/** The public key of a seed. */
export function publicKeyOfSeed(seed: Uint8Array): Uint8Array {
  const kernel = signingKernel()
  const { scalar, prefix } = expandSeed(seed)
  kernel.bytes.set(scalar, SCALAR)
  const publicKey = baseMultiple(kernel, SCALAR)
  wipe(kernel)
  scalar.fill(0)
  prefix.fill(0)
  return publicKey
}

/** A key that can sign: a seed and the public key that belongs to it. */
export interface SigningKey {
  readonly seed: Uint8Array
  /** Must be the seed's own: signing under another one gives the seed away. */
  readonly publicKey: Uint8Array
}

/** The deterministic signature of a message. */
export function signMessage({ seed, publicKey }: SigningKey, message: Uint8Array): Uint8Array {
  const kernel = signingKernel()
  const { scalar, prefix } = expandSeed(seed)
  const load = (address: number, hash: Uint8Array): void => {
    kernel.bytes.set(hash, layout.IO)
    kernel.reduceWide(address, layout.IO)
  }
  load(NONCE, sha512OfSecret(concatBytes(prefix, message)))
  const r = baseMultiple(kernel, NONCE)
  load(CHALLENGE, SHA512.hashParts(r, publicKey, message))
  kernel.bytes.set(scalar, SCALAR)
  kernel.multiplyAdd(layout.IO, SCALAR, CHALLENGE, NONCE)
  const signature = new Uint8Array(SIGNATURE_BYTES)
  signature.set(r)
  signature.set(kernel.bytes.subarray(layout.IO, layout.IO + layout.WORD_BYTES), 32)
  wipe(kernel)
  scalar.fill(0)
  prefix.fill(0)
  return signature
}
