import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from './clock.ts'
import { BugError } from './errors.ts'

describe('FakeClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new FakeClock(1000)
    assert.deepEqual([clock.unixMs(), clock.monotonicMs()], [1000, 0])
    clock.advance(5)
    assert.deepEqual([clock.unixMs(), clock.monotonicMs()], [1005, 5])
  })

  it('lets the wall clock jump back while the monotonic time stays', () => {
    const clock = new FakeClock(1000)
    clock.advance(7)
    clock.setUnix(10)
    assert.deepEqual([clock.unixMs(), clock.monotonicMs()], [10, 7])
    assert.throws(() => clock.advance(-1), BugError)
  })
})
