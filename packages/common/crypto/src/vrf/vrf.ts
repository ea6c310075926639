/**
 * The verifiable random function ECVRF-EDWARDS25519-SHA512-ELL2 (RFC 9381, suite 4). The names of
 * the points and scalars are the RFC's: Y is the key, H the input as a point, Gamma = xH.
 *
 * COMPAT(curve25519-voi): keys are always validated: a key that is not encoded canonically or has
 * small order proves nothing; Gamma must be canonical and s below the order.
 */

import { sha512 as sha512OfSecret } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, toUtf8 } from '@wadi/base/bytes'
import { isCanonicalPoint } from '../ed25519/canonicalPoint.ts'
import { ed25519Kernel, type Kernel, wipe } from '../ed25519/kernel/kernel.ts'
import * as layout from '../ed25519/kernel/layout.ts'
import { isBelowOrder } from '../ed25519/scalarOrder.ts'
import { expandSeed, type SigningKey, signingKernel } from '../ed25519/sign.ts'
import { PUBLIC_KEY_BYTES } from '../ed25519/signedMessage.ts'
import { SHA512 } from '../hash/sha512.ts'
import { encodeIntoKernel } from '../hashToCurve/edwards25519.ts'

/** Bytes of a proof: Gamma, c and s. */
export const PROOF_BYTES = 80
/** Bytes of the function's output. */
export const VRF_OUTPUT_BYTES = 64

const SUITE = 4
const DOMAIN = concatBytes(toUtf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_'), Uint8Array.of(SUITE))
const CHALLENGE_BYTES = 16
const CHALLENGE_END = 32 + CHALLENGE_BYTES
const WORD = layout.WORD_BYTES
const COFACTOR_DOUBLINGS = 3
const NOTHING = new Uint8Array(0)
/** Flags of `decompress`. */
const ARE_POINTS = 0b0011
const IS_KEY_SMALL = 0b0100

/** Four points, one after the other, and their bytes in the same order. */
const [P0, P1, P2, P3] = [0, 1, 2, 3].map((i) => layout.WORK_POINTS + i * layout.POINT_BYTES) as [
  number,
  number,
  number,
  number,
]
const [S0, S1, S2] = [0, 1, 2].map((i) => layout.WORK_SCALARS + i * layout.SCALAR_BYTES) as [
  number,
  number,
  number,
]

/** Two points into slots of the kernel; the flags are those of `decompress`. */
function loadPoints(
  kernel: Kernel,
  encoded: readonly [Uint8Array, Uint8Array],
  slots: readonly [number, number],
): number {
  kernel.bytes.set(encoded[0], layout.IO)
  kernel.bytes.set(encoded[1], layout.IO + WORD)
  return kernel.decompress(layout.IO, layout.IO + WORD, ...slots)
}

/** The bytes of the four points. */
function bytesOfPoints(kernel: Kernel): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  kernel.compressFour(P0, layout.IO)
  const at = (i: number) => kernel.bytes.slice(layout.IO + i * WORD, layout.IO + (i + 1) * WORD)
  return [at(0), at(1), at(2), at(3)]
}

function copyPoint(kernel: Kernel, target: number, source: number): void {
  kernel.bytes.copyWithin(target, source, source + layout.POINT_BYTES)
}

/** A scalar of at most 32 bytes into a slot of the kernel. */
function loadScalar(kernel: Kernel, slot: number, scalar: Uint8Array): void {
  kernel.bytes.fill(0, slot, slot + layout.SCALAR_BYTES)
  kernel.bytes.set(scalar, slot)
}

/** H, into a slot; the next one is overwritten. */
function loadInput(kernel: Kernel, slot: number, publicKey: Uint8Array, alpha: Uint8Array): void {
  const message = concatBytes(publicKey, alpha)
  encodeIntoKernel(kernel, { domain: DOMAIN, message }, [slot, slot + layout.POINT_BYTES])
}

/** c: the first half of the hash of Y, H, Gamma, U and V. */
function challengeOf(points: readonly Uint8Array[]): Uint8Array {
  const hash = SHA512.hashParts(Uint8Array.of(SUITE, 2), ...points, Uint8Array.of(0))
  return hash.slice(0, CHALLENGE_BYTES)
}

/** The output, from the bytes of 8·Gamma. */
function outputOf(cleared: Uint8Array): Uint8Array {
  return SHA512.hashParts(Uint8Array.of(SUITE, 3), cleared, Uint8Array.of(0))
}

/** The proof of the function's output on `alpha`. */
export function proveOutput({ seed, publicKey }: SigningKey, alpha: Uint8Array): Uint8Array {
  const kernel = signingKernel()
  loadInput(kernel, P0, publicKey, alpha)
  kernel.compress(P0, P0, layout.IO, layout.IO)
  const h = kernel.bytes.slice(layout.IO, layout.IO + WORD)
  const { scalar, prefix } = expandSeed(seed)
  loadScalar(kernel, S0, scalar)
  kernel.bytes.set(sha512OfSecret(concatBytes(prefix, h)), layout.IO)
  kernel.reduceWide(S1, layout.IO)
  kernel.multiplySecret(P1, P0, S0)
  kernel.multiplySecret(P3, P0, S1)
  kernel.multiplyBase(P2, S1)
  const [, gamma, u, v] = bytesOfPoints(kernel)
  const c = challengeOf([publicKey, h, gamma, u, v])
  loadScalar(kernel, S2, c)
  kernel.multiplyAdd(layout.IO, S0, S2, S1)
  const s = kernel.bytes.slice(layout.IO, layout.IO + WORD)
  wipe(kernel)
  scalar.fill(0)
  prefix.fill(0)
  return concatBytes(gamma, c, s)
}

/**
 * The output that the proof proves, or undefined if it proves nothing.
 * U = sB - cY and V = sH - cGamma must give the challenge again.
 * PERF: 0.3 of the time with noble's encode_to_curve and an inversion for every pair of points:
 * everything happens in the kernel, with two powers and one inversion.
 */
export function verifyProof(
  publicKey: Uint8Array,
  alpha: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES || proof.length !== PROOF_BYTES) return undefined
  const kernel = ed25519Kernel()
  const gamma = proof.subarray(0, 32)
  const c = proof.subarray(32, CHALLENGE_END)
  const s = proof.subarray(CHALLENGE_END)
  if (!isBelowOrder(s) || !isCanonicalPoint(publicKey) || !isCanonicalPoint(gamma)) return undefined
  const flags = loadPoints(kernel, [publicKey, gamma], [P2, P3])
  if ((flags & ARE_POINTS) !== ARE_POINTS || (flags & IS_KEY_SMALL) !== 0) return undefined
  loadInput(kernel, P0, publicKey, alpha)
  copyPoint(kernel, P1, P3)
  sumEquations(kernel, c, s)
  kernel.doubleTimes(P1, COFACTOR_DOUBLINGS)
  const [h, cleared, u, v] = bytesOfPoints(kernel)
  if (!equalBytes(challengeOf([publicKey, h, gamma, u, v]), c)) return undefined
  return outputOf(cleared)
}

/**
 * From H, Gamma and Y in the first three slots: U into the third, V into the fourth.
 * PERF: c is half as long as s, so that the two halves of s need half the doublings for U.
 */
function sumEquations(kernel: Kernel, c: Uint8Array, s: Uint8Array): void {
  kernel.negatePoint(P1)
  kernel.negatePoint(P2)
  copyPoint(kernel, P3, layout.BASE_HIGH)
  loadScalar(kernel, layout.BASE_SCALAR, s.subarray(0, layout.HALF_SCALAR_BYTES))
  loadScalar(kernel, S0, c)
  loadScalar(kernel, S1, s.subarray(layout.HALF_SCALAR_BYTES))
  kernel.sumTerms(P2, S0, 2)
  copyPoint(kernel, P2, layout.ACCUMULATOR)
  loadScalar(kernel, layout.BASE_SCALAR, NOTHING)
  loadScalar(kernel, S0, s)
  loadScalar(kernel, S1, c)
  kernel.sumTerms(P0, S0, 2)
  copyPoint(kernel, P3, layout.ACCUMULATOR)
  kernel.negatePoint(P1)
}

/** The output of a proof that has been verified before; undefined if it is no proof at all. */
export function proofToHash(proof: Uint8Array): Uint8Array | undefined {
  if (proof.length !== PROOF_BYTES || !isBelowOrder(proof.subarray(CHALLENGE_END))) return undefined
  const kernel = ed25519Kernel()
  const gamma = proof.subarray(0, 32)
  if (!isCanonicalPoint(gamma)) return undefined
  if ((loadPoints(kernel, [gamma, gamma], [P0, P1]) & ARE_POINTS) === 0) return undefined
  kernel.doubleTimes(P0, COFACTOR_DOUBLINGS)
  kernel.compress(P0, P0, layout.IO, layout.IO)
  return outputOf(kernel.bytes.slice(layout.IO, layout.IO + WORD))
}
