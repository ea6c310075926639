/** Which scalars are below the order of the base point. */

import { L } from './curve.ts'

const L_BYTES = Uint8Array.from({ length: 32 }, (_, i) => Number((L >> BigInt(8 * i)) & 0xffn))

/** Is the little-endian number of 32 bytes below L? In variable time: not for secrets. */
export function isBelowOrder(scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (scalar[i] !== L_BYTES[i]) return scalar[i]! < L_BYTES[i]!
  }
  return false
}
