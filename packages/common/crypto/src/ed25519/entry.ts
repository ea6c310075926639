/**
 * One signature, decoded into the kernel's memory: the points A (the key) and R, the scalars
 * k = SHA-512(R, A, message) mod L and S.
 *
 * COMPAT(oasis-core): A and R may be encoded non-canonically and may have a part of small order,
 * but neither may have small order altogether; S must be below L. The bytes are hashed as given.
 */

import { SHA512 } from '../hash/sha512.ts'
import type { Kernel } from './kernel/kernel.ts'
import * as layout from './kernel/layout.ts'
import { isBelowOrder } from './scalarOrder.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type SignedMessage } from './signedMessage.ts'

/** Both are points, neither of small order: the flags of `decompress`. */
const TWO_GOOD_POINTS = 0b0011

/** Where an entry's two points lie. */
export function pointsOf(index: number): readonly [a: number, r: number] {
  const a = layout.POINTS + 2 * index * layout.POINT_BYTES
  return [a, a + layout.POINT_BYTES]
}

/** Where an entry's two scalars lie. */
export function scalarsOf(index: number): readonly [k: number, s: number] {
  const k = layout.ENTRIES + 2 * index * layout.SCALAR_BYTES
  return [k, k + layout.SCALAR_BYTES]
}

/**
 * Decodes a signature as the entry with the given index; the result is the whole hash, or
 * undefined if the signature cannot be valid.
 */
export function decodeEntry(
  kernel: Kernel,
  index: number,
  { publicKey, message, signature }: SignedMessage,
): Uint8Array | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES)
    return undefined
  const r = signature.subarray(0, 32)
  const s = signature.subarray(32)
  if (!isBelowOrder(s)) return undefined
  kernel.bytes.set(publicKey, layout.IO)
  kernel.bytes.set(r, layout.IO + PUBLIC_KEY_BYTES)
  const flags = kernel.decompress(layout.IO, layout.IO + PUBLIC_KEY_BYTES, ...pointsOf(index))
  if (flags !== TWO_GOOD_POINTS) return undefined
  const hash = SHA512.hashParts(r, publicKey, message)
  const scalars = scalarsOf(index)
  kernel.bytes.set(hash, layout.IO)
  kernel.reduceWide(scalars[0], layout.IO)
  kernel.bytes.set(s, scalars[1])
  return hash
}

/** Does a decoded entry hold: is kA + R - SB of small order? Destroys nothing of the entry. */
export function holds(kernel: Kernel, index: number): boolean {
  const [a, r] = pointsOf(index)
  const [k, s] = scalarsOf(index)
  kernel.negate(layout.BASE_SCALAR, s)
  kernel.sumTerms(a, k, 1)
  kernel.addPoint(layout.ACCUMULATOR, r)
  return kernel.isSmallOrder(layout.ACCUMULATOR) === 1
}
