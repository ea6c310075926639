/** What workloads draw. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { type RandomSource, randomBelow, SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { HmacDrbg } from '@wadi/crypto/drbg/hmacDrbg'
import type { KeyRole } from '@wadi/crypto/signature/keyRole'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'

const SEED_BYTES = 32
const WORD_BYTES = 8
const PERCENT = 100

/** The bytes that follow from a seed for the workload of a name. */
export function workloadRandom(seed: string, workload: string): RandomSource {
  // COMPAT(oasis-core): the generator and its inputs; what is drawn from it is drawn otherwise.
  const personalization = toUtf8(`txsource workload generator v1, workload ${workload}`)
  const drbg = new HmacDrbg({ entropy: toUtf8(seed), personalization })
  return { bytes: (size) => drbg.generate(size) }
}

/** A key. */
export function drawSigner(random: RandomSource, role: KeyRole = 'entity'): Signer {
  return createMemorySigner(role, new Secret(random.bytes(SEED_BYTES).slice()))
}

/** One of several. */
export function drawOne<T>(random: RandomSource, from: readonly T[]): T {
  assert(from.length > 0, 'something is there to choose from')
  return from[randomBelow(random, from.length)]!
}

/** All of them, in any order. */
export function shuffled<T>(random: RandomSource, items: readonly T[]): readonly T[] {
  const left = [...items]
  return items.map(() => left.splice(randomBelow(random, left.length), 1)[0]!)
}

/** A number from `least` to `most`; they are less than 2^32 apart. */
export function drawBetween(random: RandomSource, least: bigint, most: bigint): bigint {
  return least + BigInt(randomBelow(random, Number(most - least) + 1))
}

/** True so often of a hundred times. */
export function drawChance(random: RandomSource, percent: number): boolean {
  return randomBelow(random, PERCENT) < percent
}

/** Many bytes, of which nobody minds how they come about. */
export function drawFiller(random: RandomSource, size: number): Uint8Array {
  const seed = new DataView(random.bytes(WORD_BYTES).slice().buffer).getBigUint64(0)
  return new SeededRandom(seed).bytes(size)
}
