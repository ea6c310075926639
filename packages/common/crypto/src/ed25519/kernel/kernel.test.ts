import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { L, P } from '../curve.ts'
import * as reference from '../reference.ts'
import { createKernel, type Kernel, wipe } from './kernel.ts'
import * as layout from './layout.ts'

const { BASE, toBytes, toNumber } = reference
const word = fc.uint8Array({ minLength: 32, maxLength: 32 })
const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, L - 1n) },
  fc.constantFrom(0n, 1n, 2n, 8n, L - 1n, (L - 1n) / 2n, (1n << 252n) - 1n),
)
const point = scalar.map((n) => reference.multiply(n, BASE))

for (const kind of ['fused', 'plain'] as const) {
  describe(`the Ed25519 kernel, ${kind} products`, () => {
    const kernel: Kernel = createKernel(kind)
    kernel.fillCombTable()
    const { IO, POINTS, SCALARS } = layout
    const [first, second, third] = [0, 1, 2].map((i) => POINTS + i * layout.POINT_BYTES) as [
      number,
      number,
      number,
    ]
    const put = (address: number, bytes: Uint8Array): void => kernel.bytes.set(bytes, address)
    const take = (address: number): Uint8Array => kernel.bytes.slice(address, address + 32)
    const decompress = (a: Uint8Array, b: Uint8Array): number => {
      put(IO, a)
      put(IO + 32, b)
      return kernel.decompress(IO, IO + 32, first, second)
    }
    const compress = (a: number, b: number): readonly Uint8Array[] => {
      kernel.compress(a, b, IO, IO + 32)
      return [take(IO), take(IO + 32)]
    }

    it('decodes what the reference decodes, to the same points', () => {
      const encoding = fc.oneof(
        word,
        point.map(reference.encode),
        fc
          .tuple(fc.bigInt(P, (1n << 255n) - 1n), fc.boolean())
          .map(([y, sign]) => toBytes(sign ? y | (1n << 255n) : y)),
        fc
          .constantFrom(...[0n, 1n, P - 1n, P, P + 1n].flatMap((y) => [y, y | (1n << 255n)]))
          .map(toBytes),
      )
      const flagsOf = (bytes: Uint8Array): number => {
        const decoded = reference.decode(bytes)
        if (decoded === undefined) return 0
        return reference.isSmallOrder(decoded) ? 0b0101 : 0b0001
      }
      fc.assert(
        fc.property(encoding, encoding, (a, b) => {
          const flags = decompress(a, b)
          const [pointA, pointB] = [reference.decode(a), reference.decode(b)]
          const compressed = compress(first, second)
          if (pointA !== undefined) {
            assert.equal(flags & 0b0101, flagsOf(a))
            assert.deepEqual(compressed[0], reference.encode(pointA))
          } else assert.equal(flags & 0b0001, 0)
          if (pointB !== undefined) {
            assert.equal(flags & 0b1010, flagsOf(b) << 1)
            assert.deepEqual(compressed[1], reference.encode(pointB))
          } else assert.equal(flags & 0b0010, 0)
        }),
        { numRuns: 60 },
      )
    })

    it('computes with scalars modulo L', () => {
      const wide = fc.uint8Array({ minLength: 64, maxLength: 64 })
      fc.assert(
        fc.property(fc.oneof(wide, fc.constant(new Uint8Array(64).fill(255))), (bytes) => {
          put(IO, bytes)
          kernel.reduceWide(IO + 64, IO)
          assert.equal(toNumber(take(IO + 64)), toNumber(bytes) % L)
        }),
      )
      fc.assert(
        fc.property(fc.bigInt(0n, (1n << 256n) - 1n), scalar, scalar, (a, b, c) => {
          for (const [i, n] of [a, b, c].entries()) put(IO + 32 * i, toBytes(n))
          kernel.multiplyAdd(IO + 96, IO, IO + 32, IO + 64)
          assert.equal(toNumber(take(IO + 96)), (a * b + c) % L)
          kernel.negate(IO + 96, IO + 32)
          assert.equal(toNumber(take(IO + 96)), (L - b) % L)
        }),
      )
    })

    it('sums terms', () => {
      fc.assert(
        fc.property(point, point, fc.array(scalar, { minLength: 3, maxLength: 3 }), (a, b, n) => {
          decompress(reference.encode(a), reference.encode(b))
          put(SCALARS, toBytes(n[0]!))
          put(SCALARS + layout.SCALAR_BYTES, toBytes(n[1]!))
          put(layout.BASE_SCALAR, toBytes(n[2]!))
          kernel.sumTerms(POINTS, SCALARS, 2)
          const terms = [
            reference.multiply(n[0]!, a),
            reference.multiply(n[1]!, b),
            reference.multiply(n[2]!, BASE),
          ]
          const expected = reference.encode(terms.reduce(reference.add))
          assert.deepEqual(compress(layout.ACCUMULATOR, first)[0], expected)
        }),
        { numRuns: 15 },
      )
    })

    it('sums nothing to the neutral point, and halves of a scalar to the whole', () => {
      const fill = (...n: readonly bigint[]): void => {
        for (const [i, slot] of [layout.BASE_SCALAR, SCALARS, SCALARS + 40].entries()) {
          put(slot, toBytes(n[i]!))
        }
      }
      kernel.bytes.copyWithin(first, layout.BASE_HIGH, layout.BASE_HIGH + layout.POINT_BYTES)
      kernel.bytes.copyWithin(second, first, second)
      for (const n of [0n, 1n, 1n << 127n, 1n << 128n, (1n << 128n) - 1n, L - 1n]) {
        fill(n & ((1n << 128n) - 1n), n >> 128n, 0n)
        kernel.sumTerms(POINTS, SCALARS, 2)
        const expected = reference.encode(reference.multiply(n, BASE))
        assert.deepEqual(compress(layout.ACCUMULATOR, first)[0], expected)
      }
    })

    it('encodes four points as it encodes each', () => {
      fc.assert(
        fc.property(fc.array(scalar, { minLength: 4, maxLength: 4 }), (n) => {
          for (const [i, multiple] of n.entries()) {
            put(SCALARS, toBytes(multiple))
            kernel.multiplyBase(POINTS + i * layout.POINT_BYTES, SCALARS)
          }
          kernel.compressFour(POINTS, IO)
          const expected = n.map((multiple) => reference.encode(reference.multiply(multiple, BASE)))
          assert.deepEqual(
            [0, 1, 2, 3].map((i) => take(IO + 32 * i)),
            expected,
          )
        }),
        { numRuns: 10 },
      )
    })

    it('multiplies by secret scalars, also by the unreduced ones of keys', () => {
      const secret = fc.oneof(
        scalar,
        fc.bigInt(1n << 254n, (1n << 255n) - 1n),
        fc.constant((1n << 255n) - 8n),
      )
      fc.assert(
        fc.property(point, secret, (a, n) => {
          decompress(reference.encode(a), reference.encode(a))
          put(SCALARS, toBytes(n))
          kernel.multiplySecret(third, first, SCALARS)
          kernel.multiplyBase(second, SCALARS)
          assert.deepEqual(compress(second, third), [
            reference.encode(reference.multiply(n, BASE)),
            reference.encode(reference.multiply(n, a)),
          ])
        }),
        { numRuns: 15 },
      )
    })

    it('keeps its constants when secrets are wiped, and nothing else of the work', () => {
      wipe(kernel)
      const work = kernel.bytes.subarray(layout.SECRETS_START, layout.SECRETS_END)
      assert.ok(work.every((byte) => byte === 0))
      put(SCALARS, toBytes(7n))
      kernel.multiplyBase(second, SCALARS)
      assert.deepEqual(compress(second, second)[0], reference.encode(reference.multiply(7n, BASE)))
    })
  })
}
