import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { NodeTime, VirtualTime } from './virtualTime.ts'

describe('virtual time', () => {
  it('lets things happen in the order of their moments, then of their scheduling', () => {
    const check = (delays: readonly number[]) => {
      const time = new VirtualTime()
      const seen: { ms: number; index: number }[] = []
      for (const [index, ms] of delays.entries())
        time.after(ms, () => {
          assert.equal(time.nowMs, ms)
          seen.push({ ms, index })
        })
      while (time.step(1000));
      const expected = delays.map((ms, index) => ({ ms, index }))
      expected.sort((a, b) => a.ms - b.ms || a.index - b.index)
      assert.deepEqual(seen, expected)
    }
    fc.assert(fc.property(fc.array(fc.nat(50), { maxLength: 60 }), check))
  })

  it('does not pass the moment it is told', () => {
    const time = new VirtualTime()
    let hasHappened = false
    time.after(10, () => {
      hasHappened = true
    })
    assert.equal(time.step(9), false)
    assert.equal(time.nowMs, 9)
    assert.equal(hasHappened, false)
    assert.equal(time.step(10), true)
    assert.equal(hasHappened, true)
  })

  it('forgets what was cancelled', () => {
    const time = new VirtualTime()
    time.after(1, () => assert.fail('was cancelled')).cancel()
    while (time.step(5));
  })
})

describe("a node's time", () => {
  it('is off by its skew, jumps, and never moves the monotonic clock', () => {
    const time = new VirtualTime()
    const node = new NodeTime(time, 1_000_000, 300)
    assert.equal(node.unixMs(), 1_000_300)
    node.jump(-1000)
    assert.equal(node.unixMs(), 999_300)
    while (time.step(50));
    assert.equal(node.monotonicMs(), 50)
    assert.equal(node.unixMs(), 999_350)
  })

  it('ends with its timers', () => {
    const time = new VirtualTime()
    const node = new NodeTime(time, 0)
    node.after(5, () => assert.fail('the node is gone'))
    node.end()
    while (time.step(10));
  })
})
