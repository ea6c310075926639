/** ECDSA by noble. */

import { p256, p384 } from '@noble/curves/nist.js'
import { secp256k1 as nobleSecp256k1 } from '@noble/curves/secp256k1.js'
import { sha256, sha384, sha512_256 } from '@noble/hashes/sha2.js'
import { compareBytes, concatBytes } from '@wadi/base/bytes'
import { CURVE_SHAPES } from './curveShapes.ts'
import { encodeDerSignature } from './derSignature.ts'
import {
  type CurveName,
  checkDigestSize,
  type DigestCheck,
  type Ecdsa,
  errors,
  type HashName,
  parseCheck,
  type Verdict,
} from './ecdsa.ts'
import { signUnreduced } from './unreducedDigest.ts'

const CURVES = { secp256k1: nobleSecp256k1, secp256r1: p256, secp384r1: p384 } as const
const HASHES: { readonly [K in HashName]: (message: Uint8Array) => Uint8Array } = {
  sha256,
  sha384,
  'sha512-256': sha512_256,
}

function isOnCurve(name: CurveName, publicKey: Uint8Array): boolean {
  try {
    CURVES[name].Point.fromBytes(publicKey)
    return true
  } catch {
    return false
  }
}

function verify(name: CurveName, check: DigestCheck): Verdict {
  const { publicKey, digest } = check
  checkDigestSize(CURVE_SHAPES[name], digest.length)
  const numbers = parseCheck(CURVE_SHAPES[name], check)
  if (typeof numbers === 'string') return numbers
  const compact = concatBytes(numbers.r, numbers.s)
  if (CURVES[name].verify(compact, digest, publicKey, { prehash: false, lowS: false })) {
    return 'valid'
  }
  return isOnCurve(name, publicKey) ? 'invalid' : 'malformed-public-key'
}

function checkPrivateKey(name: CurveName, privateKey: Uint8Array): void {
  if (!CURVES[name].utils.isValidSecretKey(privateKey)) throw errors.badPrivateKey()
}

function ecdsaOn(curve: CurveName): Ecdsa {
  const { size } = CURVE_SHAPES[curve]
  return {
    curve,
    digestBytes: size,
    verifyDigest: (check) => verify(curve, check),
    verifyMessage: (check) =>
      verify(curve, { ...check, digest: HASHES[check.hash](check.message) }),
    publicKey(privateKey) {
      checkPrivateKey(curve, privateKey)
      return CURVES[curve].getPublicKey(privateKey)
    },
    signDigest(privateKey, digest) {
      checkPrivateKey(curve, privateKey)
      checkDigestSize(CURVE_SHAPES[curve], digest.length)
      if (compareBytes(digest, CURVE_SHAPES[curve].order) >= 0) {
        return encodeDerSignature(signUnreduced(curve, privateKey, digest))
      }
      const lowS = curve === 'secp256k1'
      const compact = CURVES[curve].sign(digest, privateKey, { prehash: false, lowS })
      return encodeDerSignature({ r: compact.subarray(0, size), s: compact.subarray(size) })
    },
  }
}

export const secp256k1: Ecdsa = ecdsaOn('secp256k1')
/** P-256. */
export const secp256r1: Ecdsa = ecdsaOn('secp256r1')
/** P-384. */
export const secp384r1: Ecdsa = ecdsaOn('secp384r1')
