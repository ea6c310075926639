/**
 * Ed25519 as one reads it in RFC 8032, in BigInt arithmetic, with the reference's rules of
 * acceptance. Slow, and not constant time: only the tests use it, to hold the kernel against it.
 */

import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@wadi/base/bytes'
import { BASE_X, BASE_Y, D, L, P, power, ROOT_OF_MINUS_ONE } from './curve.ts'
import type { SignedMessage } from './signedMessage.ts'

/** A point of the curve in projective coordinates: x = X/Z, y = Y/Z. */
export interface ReferencePoint {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
}

/** The neutral point. */
export const IDENTITY: ReferencePoint = { x: 0n, y: 1n, z: 1n }
/** The base point. */
export const BASE: ReferencePoint = { x: BASE_X, y: BASE_Y, z: 1n }

const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus
const divide = (a: bigint, b: bigint): bigint => modulo(a * power(modulo(b, P), P - 2n), P)

/** The number that little-endian bytes spell. */
export function toNumber(bytes: Uint8Array): bigint {
  let number = 0n
  for (let i = bytes.length - 1; i >= 0; i--) number = (number << 8n) | BigInt(bytes[i]!)
  return number
}

/** 32 little-endian bytes of a number. */
export function toBytes(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn))
}

/** The complete addition law: its denominators are never zero on this curve. */
export function add(a: ReferencePoint, b: ReferencePoint): ReferencePoint {
  const xx = a.x * b.x
  const yy = a.y * b.y
  const cross = a.x * b.y + a.y * b.x
  const zz = (a.z * b.z) % P
  const product = (D * ((xx * yy) % P)) % P
  const square = (zz * zz) % P
  const [minus, plus] = [square - product, square + product]
  return {
    x: modulo(zz * (cross % P) * minus, P),
    y: modulo(zz * ((yy + xx) % P) * plus, P),
    z: modulo(minus * plus, P),
  }
}

/** The point with the other sign. */
export function negate(a: ReferencePoint): ReferencePoint {
  return { ...a, x: modulo(-a.x, P) }
}

/** scalar · point. */
export function multiply(scalar: bigint, point: ReferencePoint): ReferencePoint {
  let result = IDENTITY
  for (let doubled = point, rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = add(result, doubled)
    doubled = add(doubled, doubled)
  }
  return result
}

/** Is 8 · point the identity? */
export function isSmallOrder(point: ReferencePoint): boolean {
  const { x, y, z } = multiply(8n, point)
  return x === 0n && y === z
}

/** The canonical bytes of a point. */
export function encode({ x, y, z }: ReferencePoint): Uint8Array {
  return toBytes(divide(y, z) | ((divide(x, z) & 1n) << 255n))
}

/** The point of 32 bytes: y is taken modulo P, and the sign bit is ignored where x is zero. */
export function decode(bytes: Uint8Array): ReferencePoint | undefined {
  const number = toNumber(bytes)
  const y = (number & ((1n << 255n) - 1n)) % P
  const square = divide(y * y - 1n, D * y * y + 1n)
  const candidate = power(square, (P + 3n) / 8n)
  const root = [candidate, (candidate * ROOT_OF_MINUS_ONE) % P].find((r) => (r * r) % P === square)
  if (root === undefined) return undefined
  const isOther = (root & 1n) !== number >> 255n
  return { x: isOther ? modulo(-root, P) : root, y, z: 1n }
}

/** Does the reference accept the signature? */
export function verifyByReference({ publicKey, message, signature }: SignedMessage): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const a = decode(publicKey)
  const r = decode(signature.subarray(0, 32))
  const s = toNumber(signature.subarray(32))
  if (a === undefined || r === undefined || s >= L) return false
  if (isSmallOrder(a) || isSmallOrder(r)) return false
  const k = toNumber(sha512(concatBytes(signature.subarray(0, 32), publicKey, message))) % L
  const difference = add(multiply(s, BASE), negate(add(multiply(k, a), r)))
  return isSmallOrder(difference)
}
