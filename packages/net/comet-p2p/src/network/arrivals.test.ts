import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { ARRIVAL_RECORDS_MAX, ARRIVALS_PER_IP_PER_SECOND_MAX } from '../limits.ts'
import { Arrivals } from './arrivals.ts'

const ipOf = (index: number) => Uint8Array.of(index >> 8, index & 0xff)

function arrivals() {
  const clock = new FakeClock(0)
  return { clock, arrivals: new Arrivals(clock) }
}

const come = (to: Arrivals, index: number, times: number) =>
  Array.from({ length: times }, () => to.isTooOften(ipOf(index))).filter((isTooOften) => isTooOften)
    .length

describe('arrivals of strangers', () => {
  it('are too many from one beyond the rate on, and again as many a second later', () => {
    const { clock, arrivals: to } = arrivals()
    assert.equal(come(to, 1, ARRIVALS_PER_IP_PER_SECOND_MAX), 0)
    assert.equal(come(to, 1, 1), 1)
    clock.advance(1000)
    assert.equal(come(to, 1, ARRIVALS_PER_IP_PER_SECOND_MAX + 1), 1)
  })

  it('of another address do not count', () => {
    const { arrivals: to } = arrivals()
    come(to, 1, ARRIVALS_PER_IP_PER_SECOND_MAX + 1)
    assert.equal(come(to, 2, ARRIVALS_PER_IP_PER_SECOND_MAX), 0)
  })

  it('are remembered of so many addresses; the one that is quiet the longest is forgotten', () => {
    const { arrivals: to } = arrivals()
    come(to, 0, ARRIVALS_PER_IP_PER_SECOND_MAX)
    for (let i = 1; i < ARRIVAL_RECORDS_MAX; i++) come(to, i, 1)
    assert.equal(come(to, 0, 1), 1)
    for (let i = 1; i <= ARRIVAL_RECORDS_MAX; i++) come(to, i, 1)
    assert.equal(come(to, 0, 1), 0)
  })
})
