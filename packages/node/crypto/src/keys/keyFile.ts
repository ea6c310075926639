/** Ed25519 keys in PEM files, as the reference keeps them: `vrf.pem`, `vrf_pub.pem` and so on. */

import { concatBytes, equalBytes, toBase64 } from '@wadi/base/bytes'
import { definePlainErrors, UnavailableError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { publicKeyOfSeed, SEED_BYTES } from '@wadi/crypto/ed25519/sign'
import { PUBLIC_KEY_BYTES } from '@wadi/crypto/ed25519/signedMessage'
import { encodePem, parsePemOfSize } from './pem.ts'
import {
  createPrivateFile,
  type Durability,
  readPrivateFile,
  readPublicFile,
  replacePrivateFile,
} from './privateFile.ts'

export const errors = definePlainErrors('keyFile', {
  keyMismatch: 'the halves of the key do not belong together',
})

const PRIVATE_TYPE = 'ED25519 PRIVATE KEY'
const PUBLIC_TYPE = 'ED25519 PUBLIC KEY'
const ENTROPY_TYPE = 'STATIC ENTROPY'
const ENTROPY_BYTES = 32

/** A key pair whose secret half does not print. */
export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly seed: Secret<Uint8Array>
}

/** A file that is missing, told so that an operator knows what to do. */
function missing(path: string): UnavailableError {
  return new UnavailableError('keyFile.missing', `${path} does not exist: create the key first`)
}

/** The key pair of a seed. */
export function keyPairOfSeed(seed: Uint8Array): KeyPair {
  return { publicKey: publicKeyOfSeed(seed), seed: new Secret(seed) }
}

/** Reads a private key; the file holds the seed and, after it, the public key. */
export function loadKeyFile(path: string): KeyPair | undefined {
  const text = readPrivateFile(path)
  if (text === undefined) return undefined
  const body = parsePemOfSize(PRIVATE_TYPE, text, SEED_BYTES + PUBLIC_KEY_BYTES, path)
  const pair = keyPairOfSeed(body.slice(0, SEED_BYTES))
  // Signing under another public key than its own would give the seed away.
  const isOwn = equalBytes(pair.publicKey, body.subarray(SEED_BYTES))
  body.fill(0)
  if (!isOwn) throw errors.keyMismatch(path)
  return pair
}

/** As {@link loadKeyFile}, for a key that must be there. */
export function requireKeyFile(path: string): KeyPair {
  const pair = loadKeyFile(path)
  if (pair === undefined) throw missing(path)
  return pair
}

/** Makes a new key and its file. A file that exists is never overwritten. */
export function createKeyFile(
  path: string,
  random: RandomSource,
  durability: Durability = 'synced',
): KeyPair {
  const pair = keyPairOfSeed(random.bytes(SEED_BYTES))
  const text = encodePem(PRIVATE_TYPE, concatBytes(pair.seed.reveal(), pair.publicKey))
  createPrivateFile(path, text, durability)
  return pair
}

/** The key of the file, made if there is none. */
export function loadOrCreateKeyFile(path: string, random: RandomSource): KeyPair {
  return loadKeyFile(path) ?? createKeyFile(path, random)
}

/** Reads a public key. */
export function loadPublicKeyFile(path: string): Uint8Array {
  const text = readPublicFile(path)
  if (text === undefined) throw missing(path)
  return parsePemOfSize(PUBLIC_TYPE, text, PUBLIC_KEY_BYTES, path)
}

/** Writes the public half beside the private one, or checks the file that is there. */
export function ensurePublicKeyFile(path: string, publicKey: Uint8Array): void {
  if (readPublicFile(path) === undefined) {
    // COMPAT(oasis-core): no secret, and as private as one.
    replacePrivateFile(path, encodePem(PUBLIC_TYPE, publicKey))
    return
  }
  const found = loadPublicKeyFile(path)
  if (!equalBytes(found, publicKey)) {
    throw errors.keyMismatch(`${path} says ${toBase64(found)}, the key is ${toBase64(publicKey)}`)
  }
}

/** 32 secret bytes that stay the same as long as the P2P key does; made if there are none. */
export function loadOrCreateEntropy(path: string, random: RandomSource): Secret<Uint8Array> {
  const text = readPrivateFile(path)
  if (text !== undefined) return new Secret(parsePemOfSize(ENTROPY_TYPE, text, ENTROPY_BYTES, path))
  const entropy = random.bytes(ENTROPY_BYTES)
  createPrivateFile(path, encodePem(ENTROPY_TYPE, entropy))
  return new Secret(entropy)
}
