import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecentMap } from './recentMap.ts'

describe('a map of what was used recently', () => {
  it('holds as much as it may, and forgets what was used longest ago', () => {
    const map = new RecentMap<number>(2)
    map.set('a', 1)
    map.set('b', 2)
    assert.equal(map.get('a'), 1)
    map.set('c', 3)
    assert.deepEqual([map.size, map.get('a'), map.get('b'), map.get('c')], [2, 1, undefined, 3])
    map.set('a', 4)
    assert.deepEqual([map.size, map.get('a')], [2, 4])
    map.delete('a')
    assert.equal(map.size, 1)
    map.clear()
    assert.equal(map.size, 0)
  })
})
