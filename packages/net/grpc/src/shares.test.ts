import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Shares } from './shares.ts'

describe('the shares of callers', () => {
  it('are so many of each, and one more when one has left', () => {
    const shares = new Shares(2)
    shares.enter('a')
    assert.equal(shares.has('a'), true)
    shares.enter('a')
    assert.equal(shares.has('a'), false)
    assert.equal(shares.has('b'), true)
    shares.leave('a')
    assert.equal(shares.has('a'), true)
  })

  it('are not counted for who has no name', () => {
    const shares = new Shares(1)
    for (let i = 0; i < 3; i++) {
      assert.equal(shares.has(undefined), true)
      shares.enter(undefined)
    }
    shares.leave(undefined)
    assert.equal(shares.size, 0)
  })

  it('are forgotten of whoever has left with all', () => {
    const shares = new Shares(2)
    for (const caller of ['a', 'a', 'b']) shares.enter(caller)
    assert.equal(shares.size, 2)
    for (const caller of ['a', 'b', 'a']) shares.leave(caller)
    assert.equal(shares.size, 0)
  })
})
