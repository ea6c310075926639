import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import type { Offence } from '@wadi/contracts/peers'
import { BANS_MAX, CONDUCT_RECORDS_MAX } from '../limits.ts'
import { ConductBook } from './conduct.ts'

const MINUTE_MS = 60_000
const slow: Offence = { severity: 'slow', why: 'test' }
const drop: Offence = { severity: 'drop', why: 'test' }
const ban: Offence = { severity: 'ban', why: 'test' }

function times(count: number, book: ConductBook, offence: Offence): readonly string[] {
  return Array.from({ length: count }, () => book.judge(['a'], offence))
}

describe('ConductBook', () => {
  it('slows, then drops whoever goes on with small offences', () => {
    const verdicts = times(10, new ConductBook(new FakeClock()), slow)
    assert.deepEqual(verdicts.slice(0, 4), ['none', 'none', 'none', 'none'])
    assert.deepEqual(verdicts.slice(4, 9), ['slowed', 'slowed', 'slowed', 'slowed', 'slowed'])
    assert.equal(verdicts[9], 'dropped')
  })

  it('drops at once where that is asked for, and bans at the third time', () => {
    const verdicts = times(3, new ConductBook(new FakeClock()), drop)
    assert.deepEqual(verdicts, ['dropped', 'dropped', 'banned'])
  })

  it('bans at once what no honest program sends', () => {
    assert.deepEqual(times(1, new ConductBook(new FakeClock()), ban), ['banned'])
  })

  it('forgets half of everything in a minute', () => {
    const clock = new FakeClock()
    const book = new ConductBook(clock)
    times(6, book, slow)
    assert.ok(book.isSlowed('a'))
    clock.advance(MINUTE_MS)
    assert.equal(book.isSlowed('a'), false)
    assert.deepEqual(times(2, book, slow), ['none', 'slowed'])
  })

  it('counts what is done under any of the names, and knows each of them', () => {
    const book = new ConductBook(new FakeClock())
    book.judge(['id-1', '10.0.0.1'], drop)
    book.judge(['id-2', '10.0.0.1'], drop)
    assert.equal(book.judge(['id-3', '10.0.0.1'], drop), 'banned')
    assert.equal(book.judge([], ban), 'none')
  })

  it('keeps away for ten minutes, then for twice as long, at most for a day', () => {
    const clock = new FakeClock()
    const book = new ConductBook(clock)
    for (const minutes of [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]) {
      book.ban(['a'])
      clock.advance(minutes * MINUTE_MS - 1)
      assert.ok(book.isBanned('a'), `${minutes} minutes`)
      clock.advance(1)
      assert.equal(book.isBanned('a'), false)
    }
    assert.equal(book.isBanned('b'), false)
  })

  it('keeps records of so many and bans so many; the oldest make room', () => {
    const book = new ConductBook(new FakeClock())
    const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`)
    for (let i = 0; i < 6; i++) book.judge(['n0'], slow)
    for (const name of names(CONDUCT_RECORDS_MAX).slice(1)) book.judge([name], slow)
    assert.ok(book.isSlowed('n0'))
    book.judge(['one more'], slow)
    assert.equal(book.isSlowed('n0'), false)
    for (const name of names(BANS_MAX)) book.ban([name])
    assert.ok(book.isBanned('n0'))
    book.ban(['one more'])
    assert.equal(book.isBanned('n0'), false)
    assert.ok(book.isBanned('n1'))
  })
})
