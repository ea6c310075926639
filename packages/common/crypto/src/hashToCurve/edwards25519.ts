/**
 * Points of edwards25519 whose logarithm nobody knows (RFC 9380, suites
 * edwards25519_XMD:SHA-512_ELL2_RO_ and _NU_), as canonical bytes. In variable time.
 */

import { ed25519_hasher } from '@noble/curves/ed25519.js'

/** Suite _RO_: a point like a random one. The domain separates uses from each other. */
export function hashToEdwards25519(domain: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519_hasher.hashToCurve(message, { DST: domain }).toBytes()
}

/** Suite _NU_: faster, and only about half of the points can come out. */
export function encodeToEdwards25519(domain: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519_hasher.encodeToCurve(message, { DST: domain }).toBytes()
}
