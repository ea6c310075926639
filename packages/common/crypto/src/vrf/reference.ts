/** ECVRF as one reads it in RFC 9381, on the readable points, for the tests. */

import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, toUtf8 } from '@wadi/base/bytes'
import { L } from '../ed25519/curve.ts'
import * as reference from '../ed25519/reference.ts'
import { encodeByReference } from '../hashToCurve/reference.ts'

const { add, BASE, encode, isSmallOrder, multiply, negate, toNumber } = reference

const DOMAIN = toUtf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04')

/** string_to_point of RFC 8032: only canonical bytes are a point. */
function decodeCanonical(bytes: Uint8Array): reference.ReferencePoint | undefined {
  const point = reference.decode(bytes)
  return point !== undefined && equalBytes(encode(point), bytes) ? point : undefined
}

/** ECVRF_decode_proof. */
function decodeProof(proof: Uint8Array) {
  const gamma = decodeCanonical(proof.subarray(0, 32))
  const c = toNumber(proof.subarray(32, 48))
  const s = toNumber(proof.subarray(48))
  return gamma === undefined || s >= L ? undefined : { gamma, c, s }
}

/** ECVRF_proof_to_hash. */
export function proofToHashByReference(proof: Uint8Array): Uint8Array | undefined {
  const decoded = decodeProof(proof)
  if (decoded === undefined) return undefined
  const cleared = encode(multiply(8n, decoded.gamma))
  return sha512(concatBytes(Uint8Array.of(4, 3), cleared, Uint8Array.of(0)))
}

/** ECVRF_verify, with validation of the key. */
export function verifyProofByReference(
  publicKey: Uint8Array,
  alpha: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  const y = decodeCanonical(publicKey)
  const decoded = decodeProof(proof)
  if (y === undefined || isSmallOrder(y) || decoded === undefined) return undefined
  const { gamma, c, s } = decoded
  const hBytes = encodeByReference({ domain: DOMAIN, message: concatBytes(publicKey, alpha) })
  const h = reference.decode(hBytes)!
  const u = add(multiply(s, BASE), negate(multiply(c, y)))
  const v = add(multiply(s, h), negate(multiply(c, gamma)))
  const points = [y, h, gamma, u, v].map(encode)
  const hash = sha512(concatBytes(Uint8Array.of(4, 2), ...points, Uint8Array.of(0)))
  return toNumber(hash.subarray(0, 16)) === c ? proofToHashByReference(proof) : undefined
}
