/** secp256k1 signatures from which the public key can be recovered, as Ethereum uses them. */

import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { compareBytes } from '@wadi/base/bytes'
import { CURVE_SHAPES } from './curveShapes.ts'
import { checkDigestSize, errors, type HighS } from './ecdsa.ts'

/** r and s, 32 bytes each, and which of the points with that r it was. */
export interface RecoverableSignature {
  readonly compact: Uint8Array
  /** Bit 0: y is odd. Bit 1: x was reduced, which needs a discrete logarithm to happen. */
  readonly recoveryId: number
}

const { size, lowSMax } = CURVE_SHAPES.secp256k1

/** The public key, 65 bytes from 04 on, that this signature of this digest is valid for, if any. */
export function recoverPublicKey(
  digest: Uint8Array,
  { compact, recoveryId }: RecoverableSignature,
  highS: HighS,
): Uint8Array | undefined {
  checkDigestSize(CURVE_SHAPES.secp256k1, digest.length)
  if (compact.length !== 2 * size || ![0, 1, 2, 3].includes(recoveryId)) return undefined
  if (highS === 'refuse' && compareBytes(compact.subarray(size), lowSMax) > 0) return undefined
  try {
    const signature = noble.Signature.fromBytes(compact, 'compact')
    return signature.addRecoveryBit(recoveryId).recoverPublicKey(digest).toBytes(false)
  } catch {
    // Numbers out of range, no point with such an x, or the point at infinity.
    return undefined
  }
}

/** Deterministic (RFC 6979) signature with a low s. */
export function signRecoverable(privateKey: Uint8Array, digest: Uint8Array): RecoverableSignature {
  checkDigestSize(CURVE_SHAPES.secp256k1, digest.length)
  if (!noble.utils.isValidSecretKey(privateKey)) throw errors.badPrivateKey()
  const options = { prehash: false, lowS: true, format: 'recovered' } as const
  const [recoveryId, ...compact] = noble.sign(digest, privateKey, options)
  return { compact: Uint8Array.from(compact), recoveryId: recoveryId! }
}
