/** Public keys whose signatures are never valid. */

import { equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { PUBLIC_KEY_BYTES } from '../ed25519/signedMessage.ts'
import { errors } from './errors.ts'

/** The keys of the test entity and of whoever else has a seed that everybody knows. */
export const TEST_PUBLIC_KEYS: readonly Uint8Array[] = [
  // The hash of "ekiden test entity key seed" is the seed.
  parseHex('4ea5328f943ef6f66daaed74cb0e99c3b1c45f76307b425003dbc7cb3638ed35'),
]

/** A set of forbidden keys. */
export interface ForbiddenKeys {
  has(publicKey: Uint8Array): boolean
}

/** Keys with the same first four bytes. */
function bucketOf(publicKey: Uint8Array): number {
  const [a, b, c, d] = publicKey
  return (a! << 24) | (b! << 16) | (c! << 8) | d!
}

/**
 * The set of forbidden keys of one chain: those of the reserved addresses, those that the genesis
 * document names, and in production {@link TEST_PUBLIC_KEYS}. A key that is given twice is an
 * error, as in the reference.
 */
export function forbidKeys(...lists: readonly (readonly Uint8Array[])[]): ForbiddenKeys {
  const buckets = new Map<number, Uint8Array[]>()
  const has = (publicKey: Uint8Array): boolean =>
    buckets.get(bucketOf(publicKey))?.some((key) => equalBytes(key, publicKey)) ?? false
  for (const publicKey of lists.flat()) {
    if (publicKey.length !== PUBLIC_KEY_BYTES) throw errors.malformedPublicKey()
    if (has(publicKey)) throw errors.forbiddenTwice(toHex(publicKey))
    const bucket = buckets.get(bucketOf(publicKey))
    if (bucket === undefined) buckets.set(bucketOf(publicKey), [publicKey])
    else bucket.push(publicKey)
  }
  return { has }
}
