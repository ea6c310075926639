import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { SoleWork } from './soleWork.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp(work: () => Promise<void>) {
  const time = new VirtualTime()
  const fatal: unknown[] = []
  const sole = new SoleWork({
    work,
    failure: 'it did not work',
    retryMs: (failures) => 100 * (failures + 1),
    timers: time,
    log: createLogger('test', SILENT),
    onFatal: (error) => void fatal.push(error),
  })
  return { time, fatal, sole }
}

describe('work of which there is one piece at a time', () => {
  it('is done once more for all who want it meanwhile', async () => {
    const ends: (() => void)[] = []
    const { sole } = setUp(() => new Promise<void>((resolve) => void ends.push(resolve)))
    for (let i = 0; i < 3; i++) sole.go()
    await settle()
    assert.equal(ends.length, 1)
    ends[0]!()
    await settle()
    assert.equal(ends.length, 2)
    ends[1]!()
    await settle()
    assert.equal(ends.length, 2)
    sole.go()
    assert.equal(ends.length, 3)
  })

  it('is tried again later and later while it fails, and soon again after it did not', async () => {
    const doneMs: number[] = []
    const { sole, time } = setUp(async () => {
      doneMs.push(time.clock.monotonicMs())
      if (doneMs.length !== 3) throw new UnavailableError('test.no', 'not now')
    })
    const beganMs = time.clock.monotonicMs()
    sole.go()
    await settle()
    for (let i = 0; i < 60; i++) {
      // Whoever wants it meanwhile waits, too.
      sole.go()
      await settle()
      time.advance(10)
      await settle()
    }
    assert.deepEqual(
      doneMs.slice(0, 5).map((ms) => ms - beganMs),
      [0, 100, 300, 300, 400],
    )
  })

  it('ends with a fault of ours', async () => {
    const { sole, fatal } = setUp(async () => {
      throw new RangeError('a fault')
    })
    sole.go()
    await settle()
    sole.go()
    assert.equal(fatal.length, 1)
    assert.ok(sole.isStopped)
  })

  it('is over when it was stopped, and not tried again', async () => {
    let count = 0
    const { sole, time } = setUp(async () => {
      count++
      throw new UnavailableError('test.no', 'not now')
    })
    sole.go()
    await settle()
    await sole.stop()
    time.advance(1_000)
    sole.go()
    assert.equal(count, 1)
  })

  it('grows neither a stack nor a chain, however often it is wanted', async () => {
    let count = 0
    const { sole } = setUp(async () => {
      if (++count < 100_000) sole.go()
    })
    sole.go()
    for (let i = 0; i < 1_000 && count < 100_000; i++) await settle()
    assert.equal(count, 100_000)
  })
})
