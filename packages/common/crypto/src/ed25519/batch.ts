/**
 * Checking many Ed25519 signatures at once: with coefficients zi, the sum of
 * zi·(Ri + ki·Ai - Si·B) is of small order if every signature is valid; and if one is not, then
 * only for one choice of its coefficient in 2^128.
 *
 * The world of rules has no randomness, so the coefficients are hashed from the whole batch: from
 * every ki's hash, which covers Ri, Ai and the message, and from every Si. Whoever wants a bad
 * signature to pass must find a batch whose own hash gives one of the few bad coefficients; each
 * try, with whatever change to any part, succeeds with probability 2^-128, which is less than the
 * chance of forging a signature by the same work. (This is how a Fiat-Shamir proof replaces the
 * coins of a verifier.) Both the batch and the single rule multiply by the cofactor, so parts of
 * small order are invisible to both and the answers are always the same.
 *
 * A batch that fails is checked one by one, from points that are decoded already. So the worst
 * input (any bad signature) costs the sum once in addition to single checks: see ed25519.bench.ts.
 */

import { joinBytes, toUtf8 } from '@wadi/base/bytes'
import { SHA512 } from '../hash/sha512.ts'
import { ED25519_BATCH_SIZE_MAX } from '../limits.ts'
import { decodeEntry, holds, pointsOf, scalarsOf } from './entry.ts'
import { ed25519Kernel, type Kernel } from './kernel/kernel.ts'
import * as layout from './kernel/layout.ts'
import type { SignedMessage } from './signedMessage.ts'

const DOMAIN = toUtf8('wadi: ed25519 batch coefficients')
const COEFFICIENT_BYTES = 16
const COEFFICIENTS_PER_HASH = 4

/** Which of the signatures are valid? The same answers as one by one, in less time. */
export function verifySignatures(signed: readonly SignedMessage[]): readonly boolean[] {
  const parts = Math.ceil(signed.length / ED25519_BATCH_SIZE_MAX)
  const size = Math.ceil(signed.length / parts)
  const verdicts: boolean[] = []
  for (let start = 0; start < signed.length; start += size)
    verdicts.push(...verifyPart(signed.slice(start, start + size)))
  return verdicts
}

/** Are all of the signatures valid? */
export function areValidSignatures(signed: readonly SignedMessage[]): boolean {
  return verifySignatures(signed).every((isValid) => isValid)
}

function verifyPart(signed: readonly SignedMessage[]): readonly boolean[] {
  const kernel = ed25519Kernel()
  const transcript: Uint8Array[] = [DOMAIN]
  let count = 0
  const entries = signed.map((item) => {
    const hash = decodeEntry(kernel, count, item)
    if (hash === undefined) return undefined
    transcript.push(hash, item.signature.subarray(32))
    return count++
  })
  const isWholeValid = count > 1 && sumHolds(kernel, count, SHA512.hashParts(...transcript))
  return entries.map((entry) => entry !== undefined && (isWholeValid || holds(kernel, entry)))
}

/** The coefficients of all entries, one after another. */
function coefficientsOf(seed: Uint8Array, count: number): Uint8Array {
  const hashes: Uint8Array[] = []
  for (let i = 0; i < count; i += COEFFICIENTS_PER_HASH)
    hashes.push(SHA512.hashParts(seed, Uint8Array.of(i)))
  return joinBytes(hashes)
}

/** Is the sum of all entries, each times its coefficient, of small order? */
function sumHolds(kernel: Kernel, count: number, seed: Uint8Array): boolean {
  const coefficients = coefficientsOf(seed, count)
  const sum = layout.BASE_SCALAR
  kernel.bytes.fill(0, sum, sum + layout.SCALAR_BYTES)
  for (let i = 0; i < count; i++) {
    const [k, s] = scalarsOf(i)
    const ofA = layout.SCALARS + 2 * i * layout.SCALAR_BYTES
    const ofR = ofA + layout.SCALAR_BYTES
    kernel.bytes.fill(0, ofR, ofR + layout.SCALAR_BYTES)
    const start = i * COEFFICIENT_BYTES
    kernel.bytes.set(coefficients.subarray(start, start + COEFFICIENT_BYTES), ofR)
    kernel.multiplyAdd(ofA, ofR, k, layout.ZERO)
    kernel.multiplyAdd(sum, ofR, s, sum)
  }
  kernel.negate(sum, sum)
  kernel.sumTerms(pointsOf(0)[0], layout.SCALARS, 2 * count)
  return kernel.isSmallOrder(layout.ACCUMULATOR) === 1
}
