import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import fc from 'fast-check'
import { P } from '../curve.ts'
import * as pair from './pair.ts'

interface Arithmetic {
  readonly memory: KernelMemory
  multiply(target: number, a: number, b: number): void
  square(target: number, a: number): void
  carry(target: number, a: number): void
}

function arithmetic(kind: pair.ProductKind): Arithmetic {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  m.function({ name: 'multiply', params: ['i32', 'i32', 'i32'] }, (f, target, a, b) => {
    const product = pair.multiply(f, kind, pair.load(f, a), pair.load(f, b))
    pair.store(f, target, pair.carry(f, product))
  })
  m.function({ name: 'square', params: ['i32', 'i32'] }, (f, target, a) => {
    pair.store(f, target, pair.carry(f, pair.square(f, kind, pair.load(f, a))))
  })
  m.function({ name: 'carry', params: ['i32', 'i32'] }, (f, target, a) => {
    pair.store(f, target, pair.carry(f, pair.load(f, a)))
  })
  return instantiate(m)
}

/** Five limbs a lane, and the number that they spell modulo P. */
type Element = readonly bigint[]
const numberOf = (limbs: Element): bigint => {
  const value = limbs.reduce((sum, limb, k) => sum + (limb << (51n * BigInt(k))), 0n)
  return ((value % P) + P) % P
}

const REDUCED = (1n << 50n) + (1n << 16n)
const limbs = (bound: bigint): fc.Arbitrary<Element> => {
  const limb = fc.oneof(
    { weight: 3, arbitrary: fc.bigInt(-bound, bound) },
    fc.constantFrom(bound, -bound, 0n, 1n, -1n, bound - 1n),
  )
  return fc.array(limb, { minLength: 5, maxLength: 5 })
}

for (const kind of ['fused', 'plain'] as const) {
  describe(`pairs of field elements, ${kind} products`, () => {
    const kernel = arithmetic(kind)
    const memory = new Float64Array(kernel.memory.buffer)
    const [A, B, TARGET] = [0, 80, 160]
    const write = (address: number, low: Element, high: Element): void => {
      for (let k = 0; k < 5; k++) {
        memory[address / 8 + 2 * k] = Number(low[k])
        memory[address / 8 + 2 * k + 1] = Number(high[k])
      }
    }
    const read = (lane: number): Element =>
      [0, 1, 2, 3, 4].map((k) => BigInt(memory[TARGET / 8 + 2 * k + lane]!))
    const assertReduced = (element: Element): void => {
      for (const limb of element) assert.ok(limb <= REDUCED && limb >= -REDUCED)
    }

    it('multiplies a sum by a reduced element exactly, up to the bounds of both', () => {
      const sums = limbs(2n * REDUCED)
      fc.assert(
        fc.property(sums, sums, limbs(REDUCED), limbs(REDUCED), (a0, a1, b0, b1) => {
          write(A, a0, a1)
          write(B, b0, b1)
          kernel.multiply(TARGET, A, B)
          assert.equal(numberOf(read(0)), (numberOf(a0) * numberOf(b0)) % P)
          assert.equal(numberOf(read(1)), (numberOf(a1) * numberOf(b1)) % P)
          assertReduced(read(0))
          assertReduced(read(1))
        }),
        { numRuns: 300 },
      )
    })

    it('squares a reduced element exactly, up to its bound', () => {
      fc.assert(
        fc.property(limbs(REDUCED), limbs(REDUCED), (a0, a1) => {
          write(A, a0, a1)
          kernel.square(TARGET, A)
          assert.equal(numberOf(read(0)), numberOf(a0) ** 2n % P)
          assert.equal(numberOf(read(1)), numberOf(a1) ** 2n % P)
          assertReduced(read(0))
        }),
        { numRuns: 300 },
      )
    })

    it('carries columns to a reduced element, up to their bound', () => {
      const columns = new BigInt64Array(kernel.memory.buffer)
      const column = limbs((1n << 61n) - 1n)
      fc.assert(
        fc.property(column, column, (low, high) => {
          for (let k = 0; k < 5; k++) {
            columns[A / 8 + 2 * k] = low[k]!
            columns[A / 8 + 2 * k + 1] = high[k]!
          }
          kernel.carry(TARGET, A)
          assert.deepEqual(
            [0, 1].map((lane) => numberOf(read(lane))),
            [low, high].map(numberOf),
          )
          assertReduced(read(0))
          assertReduced(read(1))
        }),
        { numRuns: 300 },
      )
    })
  })
}
