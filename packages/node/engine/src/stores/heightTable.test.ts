import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { HeightTable, type TableEntry } from './heightTable.ts'

const entries: fc.Arbitrary<TableEntry> = fc.record(
  {
    height: fc.bigInt({ min: 0n, max: 200n }),
    address: fc.nat(),
    size: fc.nat(),
    tag: fc.nat(5),
  },
  { noNullPrototype: true },
)

describe('a table of heights', () => {
  it('answers as a sorted list does', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 9, arbitrary: entries.map((set) => ({ set })) },
        { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 120n }).map((below) => ({ below })) },
      ),
      { maxLength: 300, size: 'max' },
    )
    fc.assert(
      fc.property(steps, fc.bigInt({ min: 0n, max: 200n }), (planned, asked) => {
        const table = new HeightTable()
        let list: TableEntry[] = []
        for (const step of planned) {
          if ('set' in step) {
            table.set(step.set)
            list = [...list.filter(({ height }) => height !== step.set.height), step.set]
            list.sort((a, b) => Number(a.height - b.height))
          } else {
            table.deleteBelow(step.below)
            list = list.filter(({ height }) => height >= step.below)
          }
        }
        assert.deepEqual(Array.from(table), list)
        assert.equal(table.size, list.length)
        assert.deepEqual(table.first, list[0])
        assert.deepEqual(table.last, list.at(-1))
        assert.deepEqual(
          table.get(asked),
          list.find(({ height }) => height === asked),
        )
        assert.deepEqual(
          table.floor(asked),
          list.findLast(({ height }) => height <= asked),
        )
        const [lowest] = list.toSorted((a, b) => a.address - b.address)
        assert.equal(table.lowest?.address, lowest?.address)
        assert.deepEqual(
          Array.from(table.withTag(3)),
          list.filter(({ tag }) => tag === 3).reverse(),
        )
      }),
      { numRuns: 100 },
    )
  })
})
