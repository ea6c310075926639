import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { WATCH_BACKLOG_BYTES_MAX, WATCH_BACKLOG_COUNT_MAX, WATCH_BURST_MAX } from '../limits.ts'
import { TestSink } from '../testing/testSink.ts'
import { Watcher } from './watcher.ts'

function item(number: number): Uint8Array {
  return Uint8Array.of(number >> 8, number & 0xff)
}

function items(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => item(i))
}

describe('a watcher', () => {
  it('is told at once what happens when it has taken what was there', () => {
    const sink = new TestSink()
    const watcher = new Watcher(sink, items(2))
    watcher.tell(item(7))
    assert.deepEqual(sink.items, [item(0), item(1), item(7)])
  })

  it('is told what is there as fast as it takes it, and in order what happened meanwhile', async () => {
    const sink = new TestSink().hold()
    const watcher = new Watcher(sink, items(WATCH_BURST_MAX + 3))
    assert.equal(sink.items.length, WATCH_BURST_MAX)
    watcher.tell(item(900))
    watcher.tell(item(901))
    assert.equal(sink.items.length, WATCH_BURST_MAX)
    sink.release()
    await setImmediate()
    watcher.tell(item(902))
    const all = [...items(WATCH_BURST_MAX + 3), item(900), item(901), item(902)]
    assert.deepEqual(sink.items, all)
  })

  it(`may leave ${WATCH_BACKLOG_COUNT_MAX} items waiting, and is ended with one more`, () => {
    const sink = new TestSink().hold()
    const watcher = new Watcher(sink, items(WATCH_BURST_MAX))
    for (const one of items(WATCH_BACKLOG_COUNT_MAX)) watcher.tell(one)
    assert.equal(watcher.isOver, false)
    watcher.tell(item(0))
    assert.ok(watcher.isOver)
    assert.deepEqual((sink.failure as { reason: string }).reason, 'nodeApi.tooSlow')
    watcher.tell(item(0))
    assert.equal(sink.items.length, WATCH_BURST_MAX)
  })

  it(`may leave ${WATCH_BACKLOG_BYTES_MAX} bytes waiting, and is ended with one more`, () => {
    const sink = new TestSink().hold()
    const watcher = new Watcher(sink, items(WATCH_BURST_MAX))
    watcher.tell(new Uint8Array(WATCH_BACKLOG_BYTES_MAX))
    assert.equal(watcher.isOver, false)
    watcher.tell(Uint8Array.of(1))
    assert.ok(watcher.isOver)
  })

  it('is over when nobody takes anything any more', async () => {
    const sink = new TestSink()
    const watcher = new Watcher(sink, [])
    sink.isOver = true
    watcher.tell(item(1))
    assert.ok(watcher.isOver)
    const held = new TestSink().hold()
    const left = new Watcher(held, items(WATCH_BURST_MAX * 2))
    left.end()
    held.release()
    await setImmediate()
    assert.equal(held.items.length, WATCH_BURST_MAX)
  })

  it('hears why what is there cannot be told', () => {
    const broken = {
      *[Symbol.iterator]() {
        yield item(1)
        throw new RangeError('no')
      },
    }
    const sink = new TestSink()
    assert.ok(new Watcher(sink, broken).isOver)
    assert.ok(sink.failure instanceof RangeError)
  })
})
