import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GRACE_MS } from '../limits.ts'
import { key } from '../testing/keys.ts'
import { PeerValues, surplusPeers } from './trimming.ts'

const NOW = 1_000_000
const old = (i: number) => ({ key: key(i), sinceMs: NOW - GRACE_MS - i })

describe('too many connections', () => {
  it('end of those who are worth least and came last, down to the lower number', () => {
    const values = new PeerValues()
    values.set(key(1), 'answers', 20)
    values.set(key(2), 'persistent', Infinity)
    values.set(key(3), 'important', 1000)
    values.set(key(3), 'answers', 20)
    values.set(key(4), 'answers', 20)
    values.unset(key(4), 'answers')
    const connected = [1, 2, 3, 4, 5, 6].map(old)
    const gone = (few: number, more: number) =>
      surplusPeers(connected, (id) => values.of(id), NOW, {
        few,
        more,
        graceMs: GRACE_MS,
      }).map((id) => id[31])
    assert.deepEqual(gone(6, 6), [])
    assert.deepEqual(gone(4, 5), [4, 5])
    assert.deepEqual(gone(1, 5), [4, 5, 6, 1, 3])
    assert.deepEqual(gone(0, 5), [4, 5, 6, 1, 3])
  })

  it('end also of those who were worth something and are forgotten', () => {
    const values = new PeerValues()
    values.set(key(1), 'answers', 20)
    values.set(key(2), 'persistent', Infinity)
    values.forget(key(1))
    values.forget(key(2))
    assert.deepEqual([values.of(key(1)), values.of(key(2))], [0, Infinity])
  })

  it('do not end of those who have just come', () => {
    const young = { key: key(9), sinceMs: NOW - GRACE_MS + 1 }
    const gone = (graceMs: number) =>
      surplusPeers([old(1), young], () => 0, NOW, { few: 0, more: 1, graceMs })
    assert.deepEqual(gone(GRACE_MS), [key(1)])
    assert.deepEqual(gone(GRACE_MS - 1), [key(9), key(1)])
  })
})
