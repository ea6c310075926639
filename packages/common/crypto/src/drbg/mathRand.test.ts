import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { MATH_RAND_BOUND_MAX } from '../limits.ts'
import { HmacDrbg } from './hmacDrbg.ts'
import { MathRand } from './mathRand.ts'

interface Step {
  readonly op: 'perm' | 'shuffle' | 'intn' | 'swaps'
  readonly n: number
  readonly result: readonly number[]
}

interface Case {
  readonly entropy: string
  readonly nonce: string
  readonly personalization: string
  readonly steps: readonly Step[]
}

/** What Go answered; the file names the versions. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../vectors/drbg/math-rand.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] }

function play(rand: MathRand, { op, n, result }: Step): readonly number[] {
  const count = result.length
  if (op === 'perm') return rand.perm(n)
  if (op === 'intn') return Array.from({ length: count }, () => rand.intn(n))
  if (op === 'swaps') return firstPartners(rand, n, count)
  const list = Array.from({ length: n }, (_, i) => i)
  rand.shuffle(n, (i, j) => {
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  })
  return list
}

/** The partners of the first swaps of a list that is too long to be shuffled to its end. */
function firstPartners(rand: MathRand, n: number, count: number): readonly number[] {
  const partners: number[] = []
  const enough = new Error('enough')
  assert.throws(
    () =>
      rand.shuffle(n, (_, j) => {
        partners.push(j)
        if (partners.length === count) throw enough
      }),
    enough,
  )
  return partners
}

describe("Go's math/rand over a generator", () => {
  cases.forEach((vector, index) => {
    it(`elects as Go does: case ${index}`, () => {
      const rand = new MathRand(
        new HmacDrbg({
          entropy: parseHex(vector.entropy),
          nonce: parseHex(vector.nonce),
          personalization: toUtf8(vector.personalization),
        }),
      )
      for (const step of vector.steps)
        assert.deepEqual(play(rand, step), step.result, `${step.op} of ${step.n}`)
    })
  })

  it('redraws what would favour small numbers, in both methods', () => {
    const stream = (...words: readonly bigint[]): MathRand => {
      const view = new DataView(new ArrayBuffer(1024))
      words.forEach((word, i) => {
        view.setBigUint64(8 * i, word)
      })
      return new MathRand({ generate: () => new Uint8Array(view.buffer) })
    }
    const bound = 3 * 2 ** 29
    // Int31 = 2^31 - 1 is beyond the last multiple of the bound: the second word is taken.
    assert.equal(stream(0x7fff_ffff_0000_0000n, 5n << 32n).intn(bound), 5)
    // The last one below that multiple is not.
    assert.equal(stream(BigInt(bound - 1) << 32n, 5n << 32n).intn(bound), bound - 1)
    // Uint32 = 0 leaves a low half below the threshold: the second word is taken.
    let partner = -1
    const stop = new Error('stop')
    const redrawn = (): void =>
      stream(0n, (1n << 62n) | (1n << 31n)).shuffle(bound, (_, j) => {
        partner = j
        throw stop
      })
    assert.throws(redrawn, stop)
    assert.equal(partner, bound / 2)
  })

  it('gives permutations', () => {
    const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seed, fc.nat(60), (entropy, count) => {
        const permutation = new MathRand(new HmacDrbg({ entropy })).perm(count)
        assert.deepEqual(
          permutation.toSorted((a, b) => a - b),
          Array.from({ length: count }, (_, i) => i),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('takes bounds of MATH_RAND_BOUND_MAX and not one more', () => {
    const rand = new MathRand(new HmacDrbg({ entropy: new Uint8Array(32) }))
    const stop = new Error('stop')
    const shuffle = (count: number) => () =>
      rand.shuffle(count, () => {
        throw stop
      })
    assert.ok(rand.intn(MATH_RAND_BOUND_MAX) < MATH_RAND_BOUND_MAX)
    assert.throws(shuffle(MATH_RAND_BOUND_MAX), stop)
    assert.throws(() => rand.intn(MATH_RAND_BOUND_MAX + 1), { name: 'BugError' })
    assert.throws(shuffle(MATH_RAND_BOUND_MAX + 1), { name: 'BugError' })
  })

  it('stops the program that asks for a number below nothing', () => {
    const rand = new MathRand(new HmacDrbg({ entropy: new Uint8Array(32) }))
    for (const bound of [0, -1, 1.5]) assert.throws(() => rand.intn(bound), { name: 'BugError' })
    assert.throws(() => rand.perm(-1), { name: 'BugError' })
  })
})
