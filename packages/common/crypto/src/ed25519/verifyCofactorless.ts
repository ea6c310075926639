/** Checking one Ed25519 signature as Go's own library does: without the cofactor. */

import { equalBytes } from '@wadi/base/bytes'
import { SHA512 } from '../hash/sha512.ts'
import { ed25519Kernel } from './kernel/kernel.ts'
import * as layout from './kernel/layout.ts'
import { isBelowOrder } from './scalarOrder.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type SignedMessage } from './signedMessage.ts'

/** The flag of `decompress` for the first point. */
const FIRST_IS_POINT = 1

const A = layout.POINTS
const K = layout.ENTRIES

/**
 * Is the signature valid: are the bytes of SB - kA those of R?
 *
 * COMPAT(crypto/ed25519): the key may have small order and need not be encoded canonically; R
 * has to be, because its bytes are compared; S must be below the order. Such an answer cannot be
 * had for a batch, where parts of small order cancel out.
 */
export function verifyCofactorless({ publicKey, message, signature }: SignedMessage): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  const r = signature.subarray(0, 32)
  const s = signature.subarray(32)
  if (!isBelowOrder(s)) return false
  const kernel = ed25519Kernel()
  kernel.bytes.set(publicKey, layout.IO)
  const spare = A + layout.POINT_BYTES
  const flags = kernel.decompress(layout.IO, layout.IO, A, spare)
  if ((flags & FIRST_IS_POINT) === 0) return false
  const hash = SHA512.hashParts(r, publicKey, message)
  kernel.bytes.set(hash, layout.IO)
  kernel.reduceWide(K, layout.IO)
  kernel.bytes.set(s, K + layout.SCALAR_BYTES)
  kernel.negate(layout.BASE_SCALAR, K + layout.SCALAR_BYTES)
  kernel.sumTerms(A, K, 1)
  kernel.negatePoint(layout.ACCUMULATOR)
  kernel.compress(layout.ACCUMULATOR, layout.ACCUMULATOR, layout.IO, layout.IO)
  return equalBytes(kernel.bytes.subarray(layout.IO, layout.IO + PUBLIC_KEY_BYTES), r)
}
