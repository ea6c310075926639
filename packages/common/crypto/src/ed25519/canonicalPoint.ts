/** Which bytes a point may have where only one encoding of it is allowed. */

import { P } from './curve.ts'

const SIGN = 0x80

/** 32 little-endian bytes. */
function bytesOf(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn))
}

const P_BYTES = bytesOf(P)
/** The y of the points with x = 0, whose sign bit is not set. */
const ONES = [bytesOf(1n), bytesOf(P - 1n)] as const

/**
 * Are these 32 bytes, if they are a point at all, the encoding that RFC 8032 makes of it? Then y
 * is below P, and the sign bit is not set where x is zero. PERF: an inversion less than encoding.
 */
export function isCanonicalPoint(bytes: Uint8Array): boolean {
  const isSigned = (bytes[31]! & SIGN) !== 0
  if (isSigned && ONES.some((y) => hasOrdinate(bytes, y))) return false
  for (let i = 31; i >= 0; i--) {
    const byte = i === 31 ? bytes[i]! & ~SIGN : bytes[i]!
    if (byte !== P_BYTES[i]) return byte < P_BYTES[i]!
  }
  return false
}

function hasOrdinate(bytes: Uint8Array, y: Uint8Array): boolean {
  return y.every((byte, i) => byte === (i === 31 ? bytes[i]! & ~SIGN : bytes[i]))
}
