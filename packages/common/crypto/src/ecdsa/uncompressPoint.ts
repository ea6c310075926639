/** Points of the curves of ECDSA, written out. */

import { p256, p384 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { CurveName } from './ecdsa.ts'

const CURVES = { secp256k1, secp256r1: p256, secp384r1: p384 } as const

/** The point, from 04 on, that a public key in SEC 1 form is; undefined if it is none. */
export function uncompressPoint(curve: CurveName, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return CURVES[curve].Point.fromBytes(publicKey).toBytes(false)
  } catch {
    return undefined
  }
}
