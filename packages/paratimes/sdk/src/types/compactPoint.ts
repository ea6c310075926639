/** Points that are written as one coordinate, without a sign. */

import type { CurveName } from '@wadi/crypto/ecdsa/ecdsa'
import { uncompressPoint } from '@wadi/crypto/ecdsa/uncompressPoint'

const COMPACT = 5

/**
 * COMPAT(oasis-sdk): a point may also be written as 05 and one coordinate; of the two points that
 * have it, on the curve of Ethereum it is the even one, on the others the smaller one.
 */
export function standardKey(curve: CurveName, key: Uint8Array): Uint8Array | undefined {
  if (key[0] !== COMPACT) return key
  const [even, odd] = [2, 3].map((tag) => Uint8Array.of(tag, ...key.subarray(1)))
  if (curve === 'secp256k1') return even
  const points = [even!, odd!].map((form) => uncompressPoint(curve, form))
  const [a, b] = points
  if (a === undefined || b === undefined) return undefined
  const size = key.length - 1
  const at = a.findIndex((byte, i) => i > size && byte !== b[i])
  return at < 0 || a[at]! < b[at]! ? a : b
}
