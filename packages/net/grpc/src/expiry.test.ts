import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { Expiry } from './expiry.ts'

function expiry() {
  const time = new VirtualTime()
  const gone: string[] = []
  const expire = (item: string) => void gone.push(`${item} at ${time.clock.monotonicMs()}`)
  const items = new Expiry<string>({ clock: time.clock, timers: time, ms: 10, expire })
  return { time, gone, items }
}

describe('things that are over after a time', () => {
  it('are over at their time, in their order, with one timer', () => {
    const { time, gone, items } = expiry()
    items.add('a')
    time.advance(4)
    items.add('b')
    items.add('c')
    assert.equal(time.pending, 1)
    time.advance(100)
    assert.deepEqual(gone, ['a at 10', 'b at 14', 'c at 14'])
    assert.equal(time.pending, 0)
  })

  it('are not over when they were taken out or begun anew', () => {
    const { time, gone, items } = expiry()
    items.add('a')
    items.add('b')
    time.advance(9)
    items.delete('a')
    items.add('b')
    assert.equal(items.first(), 'b')
    time.advance(9)
    assert.deepEqual(gone, [])
    time.advance(1)
    assert.deepEqual(gone, ['b at 19'])
    items.add('c')
    items.clear()
    assert.deepEqual([items.size, time.pending], [0, 0])
  })

  it('may begin anew when they are over, and delay no others', () => {
    const time = new VirtualTime()
    const gone: string[] = []
    const items: Expiry<string> = new Expiry({
      clock: time.clock,
      timers: time,
      ms: 10,
      expire: (item) => {
        gone.push(`${item} at ${time.clock.monotonicMs()}`)
        items.add(item)
      },
    })
    items.add('a')
    time.advance(4)
    items.add('b')
    time.advance(20)
    assert.deepEqual(gone, ['a at 10', 'b at 14', 'a at 20', 'b at 24'])
    assert.equal(time.pending, 1)
  })
})
