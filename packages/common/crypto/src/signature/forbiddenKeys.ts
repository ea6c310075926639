/** Public keys whose signatures are never valid. */

import { equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { PUBLIC_KEY_BYTES } from '../ed25519/signedMessage.ts'
import { errors } from './errors.ts'

/** The keys that the reference signs with in tests, whose seeds everybody knows. */
export const TEST_PUBLIC_KEYS: readonly Uint8Array[] = [
  // The test entity, the one that tests of upgrades make, and who sets epochs in tests.
  '4ea5328f943ef6f66daaed74cb0e99c3b1c45f76307b425003dbc7cb3638ed35',
  '75da08e32ec820b4fe362b55092bc319e87c5fa47b6420357b331e98f6c0c1ba',
  '2dd4ca7b065c19014851507e2644d4f62e152dc13ab32f3241300224e4f50c6a',
  // Enclaves that are none, and who signs their policies.
  'c7c277acfd0529a3495fe405cb9e1df1d8dcba490a060f5ec1d81e1ca0f84432',
  'd64294e9ef5a22b3e68b31ba2baff8a227849ecfc58c7eb57b2c9b6faed47715',
  'ece186bd42b6007e52155c758b22cbd8308e2a346e11ec46d3ad21fa892e5b33',
  'f384cd8b0472058f1a097a4ad0b8831619a8aeb48f17d79d3dfaf1a9d2a6c2cf',
  // Enclaves of old. Their seed is in no source any more.
  '9d41a874b80e39a40c9644e964f0e4f967100c91654bfd7666435fe906af060f',
].map(parseHex)

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
