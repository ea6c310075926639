import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import fc from 'fast-check'
import { EMPTY_HASH_MAP, entryOf, type HashMap, withEntry, withoutEntry } from './hashMap.ts'

/** Keys of few digits, so that they share their beginnings, and some of all digits. */
const keys = fc.oneof(
  fc.integer({ min: 0, max: 80 }).map((n) => n.toString(3).padStart(4, '0').padEnd(8, 'f')),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((n) => n.toString(16).padStart(8, '0')),
)
const changes = fc.array(fc.record({ key: keys, value: fc.option(fc.integer()) }), {
  maxLength: 200,
})

describe('a map by hashes', () => {
  it('holds what a map would hold, and keeps what it was', () => {
    const check = (given: readonly { key: string; value: number | null }[]) => {
      let map: HashMap<number> = EMPTY_HASH_MAP
      const model = new Map<string, number>()
      for (const { key, value } of given) {
        const before = map
        const was = entryOf(before, key)
        map = value === null ? withoutEntry(map, key) : withEntry(map, key, value)
        assert.equal(entryOf(before, key), was)
        assert.equal(was, model.get(key))
        if (value === null) model.delete(key)
        else model.set(key, value)
      }
      assert.equal(map.size, model.size)
      for (const { key } of given) assert.equal(entryOf(map, key), model.get(key))
      let again: HashMap<number> = EMPTY_HASH_MAP
      for (const [key, value] of [...model].toReversed()) again = withEntry(again, key, value)
      assert.deepEqual(map, again, 'one form, however it came about')
    }
    fc.assert(fc.property(changes, check))
  })

  it('is the same map without what it does not have', () => {
    const map = withEntry(EMPTY_HASH_MAP as HashMap<number>, 'abcd', 1)
    for (const key of ['abce', '0000']) assert.equal(withoutEntry(map, key), map)
  })

  it('takes no keys that are not hashes as text, nor two of which one begins the other', () => {
    const map = withEntry(EMPTY_HASH_MAP as HashMap<number>, 'abcd', 1)
    for (const key of ['', 'xyz', 'ab']) assert.throws(() => withEntry(map, key, 2), BugError, key)
  })
})
