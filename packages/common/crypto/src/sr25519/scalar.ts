/** Scalars of ristretto255, little-endian. */

import { ed25519 } from '@noble/curves/ed25519.js'

const FIELD = ed25519.Point.Fn

/** The number of some bytes. */
export function numberOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!)
  return value
}

/** Any number of bytes, reduced by the group order. */
export function reduceScalar(bytes: Uint8Array): bigint {
  return FIELD.create(numberOf(bytes))
}

/** key · challenge + nonce. */
export function multiplyAdd(key: bigint, challenge: bigint, nonce: bigint): bigint {
  return FIELD.add(FIELD.mul(key, challenge), nonce)
}

/** 32 bytes. */
export function scalarBytes(scalar: bigint): Uint8Array {
  return FIELD.toBytes(scalar)
}
