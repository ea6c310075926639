/** HKDF (RFC 5869): keys out of a secret that is not uniform. */

import { assert } from '@wadi/base/errors'
import { HKDF_BLOCKS_MAX } from '../limits.ts'
import type { HashFunction } from './hashFunction.ts'
import { hmac } from './hmac.ts'

/** The pseudorandom key; without a salt, the salt is a digest's worth of zeros. */
export function extractHkdf(
  hashFunction: HashFunction,
  secret: Uint8Array,
  salt?: Uint8Array,
): Uint8Array {
  return hmac(hashFunction, salt ?? new Uint8Array(hashFunction.digestBytes), secret)
}

/** `size` bytes for the purpose that `info` names. */
export function expandHkdf(
  hashFunction: HashFunction,
  pseudorandomKey: Uint8Array,
  info: Uint8Array,
  size: number,
): Uint8Array {
  const { digestBytes } = hashFunction
  assert(size <= HKDF_BLOCKS_MAX * digestBytes, 'hkdf: more than 255 blocks')
  const bytes = new Uint8Array(Math.ceil(size / digestBytes) * digestBytes)
  let block: Uint8Array = new Uint8Array(0)
  for (let at = 0; at < size; at += digestBytes) {
    const counter = Uint8Array.of(at / digestBytes + 1)
    block = hmac(hashFunction, pseudorandomKey, block, info, counter)
    bytes.set(block, at)
  }
  return bytes.subarray(0, size)
}

/** Extracts and expands. */
export function hkdf(
  hashFunction: HashFunction,
  secret: Uint8Array,
  options: { readonly salt?: Uint8Array; readonly info: Uint8Array; readonly size: number },
): Uint8Array {
  const key = extractHkdf(hashFunction, secret, options.salt)
  return expandHkdf(hashFunction, key, options.info, options.size)
}
