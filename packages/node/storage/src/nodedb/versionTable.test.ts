import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { VersionTable } from './versionTable.ts'

describe('the table of versions', () => {
  it('agrees with a list, whatever is added and dropped', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -1, max: 3 }), { size: 'large' }),
      (steps) => {
        const table = new VersionTable()
        const list: (readonly [bigint, number])[] = []
        let version = 2n ** 64n - 10_000n
        for (const step of steps) {
          if (step < 0 && list.length > 0) {
            list.shift()
            table.shift()
          } else {
            version += BigInt(Math.max(1, step))
            list.push([version, Number(version % 1000n)])
            table.push(version, Number(version % 1000n))
          }
        }
        assert.deepEqual(Array.from(table), list)
        assert.equal(table.count, list.length)
        assert.equal(table.earliest, list[0]?.[0])
        assert.equal(table.second, list[1]?.[0])
        assert.equal(table.latest, list.at(-1)?.[0])
        for (const [known, address] of list) assert.equal(table.noteAddressOf(known), address)
        assert.equal(table.noteAddressOf(version + 1n), undefined)
      },
    )
    fc.assert(property, { numRuns: 50 })
  })
})
