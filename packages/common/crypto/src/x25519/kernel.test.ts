import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { P } from '../ed25519/curve.ts'
import { createX25519Kernel, FACTORS, FAR, NEAR, wipe, x25519Kernel } from './kernel.ts'
import { createX25519, x25519 } from './x25519.ts'

const A24 = 121_665n
/** What `pair.ts` calls reduced. */
const REDUCED = (1n << 50n) + (1n << 16n)

/** Five limbs, and the number that they spell modulo P. */
type Element = readonly bigint[]
const modulo = (n: bigint): bigint => ((n % P) + P) % P
const numberOf = (limbs: Element): bigint =>
  modulo(limbs.reduce((sum, limb, k) => sum + (limb << (51n * BigInt(k))), 0n))

const edge = fc.constantFrom(REDUCED, -REDUCED, 0n, 1n, REDUCED - 1n)
const limb = fc.oneof({ weight: 2, arbitrary: fc.bigInt(-REDUCED, REDUCED) }, edge)
/** Random, mixed with extremes, or with the same extreme in every limb. */
const element = fc.oneof(
  fc.array(limb, { minLength: 5, maxLength: 5 }),
  edge.map((value) => new Array<bigint>(5).fill(value)),
)

/** The step as RFC 7748 has it, on and to sums and differences of x and z. */
function stepByRfc(ab: readonly [bigint, bigint], cd: readonly [bigint, bigint], x1: bigint) {
  const [[a, b], [c, d]] = [ab, cd]
  const [aa, bb] = [a * a, b * b]
  const e = modulo(aa - bb)
  const [da, cb] = [d * a, c * b]
  const [x3, z3] = [modulo(da + cb) ** 2n, x1 * modulo(da - cb) ** 2n]
  const [x2, z2] = [aa * bb, e * (aa + A24 * e)]
  return { near: [x2 + z2, x2 - z2].map(modulo), far: [x3 + z3, x3 - z3].map(modulo) }
}

for (const kind of ['fused', 'plain'] as const) {
  describe(`the X25519 kernel, ${kind} products`, () => {
    const kernel = createX25519Kernel(kind)
    const memory = new Float64Array(kernel.memory.buffer)
    const write = (address: number, lane: 0 | 1, limbs: Element): void => {
      for (const [k, value] of limbs.entries()) memory[address / 8 + 2 * k + lane] = Number(value)
    }
    const read = (address: number): readonly bigint[] =>
      [0, 1].map((lane) => {
        const limbs = [0, 1, 2, 3, 4].map((k) => BigInt(memory[address / 8 + 2 * k + lane]!))
        for (const value of limbs) assert.ok(value <= REDUCED && value >= -REDUCED)
        return numberOf(limbs)
      })

    it('makes a step exactly and leaves it reduced, up to the bounds of the limbs', () => {
      const operands = fc.tuple(element, element, element, element, element)
      fc.assert(
        fc.property(operands, fc.boolean(), ([a, b, c, d, x1], isSwapped) => {
          write(NEAR, 0, a)
          write(NEAR, 1, b)
          write(FAR, 0, c)
          write(FAR, 1, d)
          write(FACTORS, 0, x1)
          write(FACTORS, 1, [A24, 0n, 0n, 0n, 0n])
          kernel.step(isSwapped ? -1 : 0)
          const ab = [numberOf(a), numberOf(b)] as const
          const cd = [numberOf(c), numberOf(d)] as const
          const [one, other] = isSwapped ? [cd, ab] : [ab, cd]
          const expected = stepByRfc(one, other, numberOf(x1))
          assert.deepEqual({ near: read(NEAR), far: read(FAR) }, expected)
        }),
        { numRuns: 500 },
      )
    })

    it('is wiped to what it was at the beginning, and works on', () => {
      const own = createX25519(() => kernel)
      const key = new Uint8Array(32).fill(200)
      const before = own.publicKey(key)
      wipe(kernel)
      assert.deepEqual(kernel.bytes, createX25519Kernel(kind).bytes)
      assert.deepEqual(own.publicKey(key), before)
    })
  })
}

describe('the X25519 kernel that everybody uses', () => {
  it('keeps nothing of an agreement', () => {
    const key = new Uint8Array(32).fill(200)
    const fresh = createX25519Kernel('fused').bytes
    const publicKey = x25519.publicKey(key)
    assert.deepEqual(x25519Kernel().bytes, fresh)
    x25519.agree(key, publicKey)
    assert.deepEqual(x25519Kernel().bytes, fresh)
  })
})
