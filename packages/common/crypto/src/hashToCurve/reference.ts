/** Hashing to edwards25519 as noble reads RFC 9380, to hold the kernel against it. */

import { ed25519_hasher } from '@noble/curves/ed25519.js'
import { encode } from '../ed25519/reference.ts'
import type { DomainMessage } from './edwards25519.ts'

/** Suite _RO_. */
export function hashByReference({ domain, message }: DomainMessage): Uint8Array {
  return ed25519_hasher.hashToCurve(message, { DST: domain }).toBytes()
}

/** Suite _NU_. */
export function encodeByReference({ domain, message }: DomainMessage): Uint8Array {
  return ed25519_hasher.encodeToCurve(message, { DST: domain }).toBytes()
}

/** Noble declares an array, but takes the one number of a prime field itself. */
const mapToCurve = ed25519_hasher.mapToCurve as unknown as (u: bigint) => {
  readonly x: bigint
  readonly y: bigint
}

/** The map of one field element, the cofactor cleared. */
export function mapByReference(u: bigint): Uint8Array {
  const { x, y } = mapToCurve(u)
  return encode({ x, y, z: 1n })
}
