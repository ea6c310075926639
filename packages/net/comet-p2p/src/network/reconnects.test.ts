import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { parseNetAddress } from '../address/netAddress.ts'
import { Reconnects, reconnectDelayMs } from './reconnects.ts'

const address = parseNetAddress(`${'ab'.repeat(20)}@10.0.0.1:1`)

describe('Reconnects', () => {
  it('dials at once, 20 times after 5 seconds, then after 3, 9, … 59049 seconds', () => {
    const delays = Array.from({ length: 34 }, (_, attempt) => reconnectDelayMs(attempt))
    assert.equal(delays[0], 0)
    assert.deepEqual(new Set(delays.slice(1, 21)), new Set([5000]))
    assert.deepEqual(delays.slice(21, 24), [3000, 9000, 27_000])
    assert.deepEqual(delays.slice(30), [59_049_000, 59_049_000, 59_049_000, 59_049_000])
  })

  it('goes on until the dial is settled, and adds up to the jitter', () => {
    const time = new VirtualTime()
    const dialedMs: number[] = []
    const reconnects = new Reconnects({
      timers: time,
      random: new SeededRandom(1n),
      jitterMs: 3000,
      dial: (_address, answer) => {
        dialedMs.push(time.clock.monotonicMs())
        answer(dialedMs.length === 4)
      },
    })
    reconnects.start(address)
    reconnects.start(address)
    time.advance(60_000)
    assert.equal(dialedMs.length, 4)
    for (let i = 1; i < 4; i++) {
      const gap = dialedMs[i]! - dialedMs[i - 1]!
      assert.ok(gap >= 5000 && gap < 8000, `${gap}`)
    }
    reconnects.start(address)
    time.advance(3000)
    assert.equal(dialedMs.length, 5)
  })

  it('stops', () => {
    const time = new VirtualTime()
    let dials = 0
    const reconnects = new Reconnects({
      timers: time,
      random: new SeededRandom(1n),
      jitterMs: 0,
      dial: (_address, answer) => {
        dials++
        answer(false)
      },
    })
    reconnects.start(address)
    time.settle()
    reconnects.stop()
    time.advance(100_000)
    assert.equal(dials, 1)
  })
})
