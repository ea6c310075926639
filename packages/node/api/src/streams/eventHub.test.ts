import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError, UnavailableError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { mapped } from '@wadi/cbor/mapped'
import { text, u64 } from '@wadi/cbor/scalars'
import { ChainViews } from '../chainViews.ts'
import { TestChain } from '../testing/testChain.ts'
import { TestSink } from '../testing/testSink.ts'
import { EventHub } from './eventHub.ts'
import type { Topic } from './topic.ts'

/** A chain of two blocks with its hub, and a topic that counts what it is asked. */
function setUp() {
  const chain = new TestChain()
  chain.add()
  const counts = { told: 0, encoded: 0 }
  const counted = mapped<bigint, bigint>(u64, {
    name: 'Counted',
    from: (value) => value,
    to: (value) => {
      counts.encoded++
      return value
    },
  })
  const heights: Topic<string, bigint> = {
    request: text,
    item: counted,
    first: (view) => [view.height],
    nameOf: (name) => name,
    *told(view) {
      counts.told++
      yield { to: 'even', item: view.height * 2n }
      yield { to: 'odd', item: view.height * 2n + 1n }
    },
  }
  const hub = new EventHub(new ChainViews(chain))
  return { chain, hub, heights, counts }
}

function numbers({ items }: TestSink): bigint[] {
  return items.map((item) => decode(u64, item))
}

describe('the hub of events', () => {
  it('tells who watches what is there first, and then what blocks tell', () => {
    const { chain, hub, heights } = setUp()
    const [even, odd] = [new TestSink(), new TestSink()]
    hub.watch(heights, 'even', even)
    hub.tell(chain.add())
    hub.watch(heights, 'odd', odd)
    hub.tell(chain.add())
    assert.deepEqual(numbers(even), [1n, 4n, 6n])
    assert.deepEqual(numbers(odd), [2n, 7n])
  })

  it('makes and encodes an item once for all, and none for nobody', () => {
    const { chain, hub, heights, counts } = setUp()
    hub.tell(chain.add())
    assert.deepEqual(counts, { told: 0, encoded: 0 })
    const sinks = Array.from({ length: 9 }, () => new TestSink())
    for (const sink of sinks) hub.watch(heights, 'even', sink)
    counts.encoded = 0
    hub.tell(chain.add())
    assert.deepEqual(counts, { told: 1, encoded: 1 })
    for (const sink of sinks) assert.deepEqual(numbers(sink), [2n, 6n])
  })

  it('keeps nothing of those who have left', () => {
    const { chain, hub, heights, counts } = setUp()
    const sink = new TestSink()
    const leave = hub.watch(heights, 'even', sink)
    const stay = hub.watch(heights, 'even', new TestSink())
    leave()
    leave()
    assert.equal(hub.size, 1)
    stay()
    hub.tell(chain.add())
    assert.equal(hub.size, 0)
    assert.equal(counts.told, 0)
    assert.deepEqual(numbers(sink), [1n])
  })

  it('goes on for the others when one is over', () => {
    const { chain, hub, heights } = setUp()
    const [gone, here] = [new TestSink(), new TestSink()]
    hub.watch(heights, 'even', gone)
    hub.watch(heights, 'even', here)
    gone.isOver = true
    hub.tell(chain.add())
    assert.deepEqual(numbers(here), [1n, 4n])
  })

  it('tells those who watch why it cannot go on, and the engine does', () => {
    const { chain, hub, heights } = setUp()
    const broken: Topic<string, bigint> = {
      ...heights,
      *told() {
        yield { to: 'even', item: 1n }
        throw new UnavailableError('disk.broken', 'the disk is broken')
      },
    }
    const [first, second, other] = [new TestSink(), new TestSink(), new TestSink()]
    hub.watch(broken, 'even', first)
    hub.watch(broken, 'odd', second)
    hub.watch(heights, 'even', other)
    hub.tell(chain.add())
    for (const sink of [first, second]) assert.ok(sink.failure instanceof UnavailableError)
    assert.deepEqual(numbers(other), [1n, 4n])
    const wrong: Topic<string, bigint> = {
      ...heights,
      told: () => {
        throw new BugError('wrong')
      },
    }
    hub.watch(wrong, 'even', new TestSink())
    assert.throws(() => hub.tell(chain.add()), BugError)
  })

  it('tells what no block tells, and stops once', () => {
    const { hub } = setUp()
    const sink = new TestSink()
    let stopped = 0
    const other = { tell: (_: Uint8Array) => {} }
    const leave = hub.watchOther(sink, (tell) => {
      other.tell = tell
      return () => stopped++
    })
    other.tell(Uint8Array.of(1))
    assert.deepEqual(sink.items, [Uint8Array.of(1)])
    leave()
    leave()
    assert.deepEqual({ stopped, size: hub.size }, { stopped: 1, size: 0 })
    other.tell(Uint8Array.of(2))
    assert.equal(sink.items.length, 1)
  })

  it('has nothing to tell before the first block', () => {
    const { heights } = setUp()
    const sink = new TestSink()
    new EventHub(new ChainViews(new TestChain())).watch(heights, 'even', sink)
    assert.deepEqual(sink.items, [])
  })
})
