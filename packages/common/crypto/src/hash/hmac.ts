/** HMAC (RFC 2104) over any hash. */

import type { HashFunction } from './hashFunction.ts'

/** The authentication code of a message, which may come in parts. */
export function hmac(
  hashFunction: HashFunction,
  key: Uint8Array,
  ...message: readonly Uint8Array[]
): Uint8Array {
  const { blockBytes, hash, hashParts } = hashFunction
  const inner = new Uint8Array(blockBytes)
  inner.set(key.length > blockBytes ? hash(key) : key)
  const outer = inner.map((byte) => byte ^ 0x5c)
  for (let i = 0; i < blockBytes; i++) inner[i]! ^= 0x36
  return hashParts(outer, hashParts(inner, ...message))
}
