import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  compareNumbers,
  emptyMap,
  firstOf,
  lastOf,
  type SortedMap,
  valueAt,
  valuesOf,
  withoutKey,
  withValue,
} from './sortedMap.ts'

type Numbers = SortedMap<number, string>

/** The height of the tree; throws where a side is higher than the other by two. */
function heightOf(tree: Numbers['root']): number {
  if (tree === undefined) return 0
  const [left, right] = [heightOf(tree.left), heightOf(tree.right)]
  assert.ok(Math.abs(left - right) <= 1)
  assert.equal(tree.height, 1 + Math.max(left, right))
  return tree.height
}

const changes = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 60 }), value: fc.option(fc.string()) }),
  { maxLength: 200 },
)

describe('a sorted map', () => {
  it('holds what a map would hold, in order, and keeps what it was', () => {
    const check = (given: readonly { key: number; value: string | null }[]) => {
      let map: Numbers = emptyMap(compareNumbers)
      const model = new Map<number, string>()
      for (const { key, value } of given) {
        const before = [...valuesOf(map)]
        const next = value === null ? withoutKey(map, key) : withValue(map, key, value)
        assert.deepEqual([...valuesOf(map)], before)
        map = next
        if (value === null) model.delete(key)
        else model.set(key, value)
        heightOf(map.root)
      }
      const sorted = [...model].sort(([a], [b]) => a - b)
      assert.equal(map.size, model.size)
      assert.deepEqual(
        [...valuesOf(map)],
        sorted.map(([, value]) => value),
      )
      assert.deepEqual(firstOf(map), sorted[0])
      assert.deepEqual(lastOf(map), sorted.at(-1))
      for (let key = 0; key <= 60; key++) assert.equal(valueAt(map, key), model.get(key))
    }
    fc.assert(fc.property(changes, check))
  })

  it('stays low where keys come in order', () => {
    let map: Numbers = emptyMap(compareNumbers)
    for (let key = 0; key < 4_000; key++) map = withValue(map, key, '')
    assert.ok(heightOf(map.root) <= 17)
    for (let key = 0; key < 3_000; key++) map = withoutKey(map, key)
    assert.ok(heightOf(map.root) <= 14)
  })
})
