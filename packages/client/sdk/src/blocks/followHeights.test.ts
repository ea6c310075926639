import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { hastyTimers } from '../compliance/lightNodes.ts'
import { type FollowDesk, followEvents, followHeights } from './followHeights.ts'
import { RETRIES_MAX, RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts'

/** A node whose chain grows when its stream is read, and that fails as a test likes. */
function nodeOf(script: { last: bigint; readonly told: (bigint | Error)[] }) {
  const begun = { watches: 0, returned: 0 }
  const consensus = {
    getLatestHeight: async () => script.last,
    watchBlocks: () => {
      begun.watches++
      const stream = {
        async next() {
          const told = script.told.shift()
          if (told === undefined) return { done: true as const, value: undefined }
          if (told instanceof Error) throw told
          script.last = told
          return { done: false as const, value: { height: told } }
        },
        async return() {
          begun.returned++
          return { done: true as const, value: undefined }
        },
        [Symbol.asyncIterator]() {
          return stream
        },
      }
      return stream
    },
  }
  return { client: { consensus } as unknown as FollowDesk, begun }
}

async function take<T>(items: AsyncGenerator<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = []
  for await (const item of items) {
    taken.push(item)
    if (taken.length === count) break
  }
  return taken
}

const lost = () => new UnavailableError('grpc.unavailable', 'lost')

describe('following a chain', () => {
  it('gives every height, also those that came meanwhile', async () => {
    const { client, begun } = nodeOf({ last: 3n, told: [4n, 7n, 8n] })
    assert.deepEqual(await take(followHeights(client, { from: 2n }), 7), [
      2n,
      3n,
      4n,
      5n,
      6n,
      7n,
      8n,
    ])
    assert.equal(begun.watches, 1)
    assert.ok(begun.returned > 0)
  })

  it('begins with the next block unless told otherwise', async () => {
    const { client } = nodeOf({ last: 3n, told: [4n, 5n] })
    assert.deepEqual(await take(followHeights(client), 2), [4n, 5n])
  })

  it('goes on where it was when the connection is lost, or the stream was too slow', async () => {
    const slow = new CodedError('unknown', 1, 'grpc.resourceExhausted', 'too slow')
    const { client, begun } = nodeOf({ last: 1n, told: [2n, lost(), 5n, slow, 6n] })
    const heights = followHeights(client, { from: 1n, timers: hastyTimers })
    assert.deepEqual(await take(heights, 6), [1n, 2n, 3n, 4n, 5n, 6n])
    assert.equal(begun.watches, 3)
  })

  it('ends when the node stays away, and when something else is wrong', async () => {
    const consensus = {
      getLatestHeight: () => Promise.reject(lost()),
      watchBlocks: nodeOf({ last: 0n, told: [] }).client.consensus.watchBlocks,
    }
    let waits = 0
    const timers = {
      after: (_ms: number, run: () => void) => {
        waits++
        return hastyTimers.after(0, run)
      },
    }
    const gone = followHeights({ consensus } as unknown as FollowDesk, { timers })
    await assert.rejects(gone.next(), { reason: 'grpc.unavailable' })
    assert.equal(waits, RETRIES_MAX)
    const wrong = new CodedError('unknown', 1, 'grpc.unimplemented', 'no such call')
    const { client } = nodeOf({ last: 1n, told: [wrong] })
    await assert.rejects(followHeights(client).next(), { reason: 'grpc.unimplemented' })
  })

  it('ends when nobody wants more', async () => {
    const caller = new AbortController()
    const { client } = nodeOf({ last: 1n, told: [] })
    const heights = followHeights(client, { from: 1n, signal: caller.signal, timers: hastyTimers })
    assert.equal((await heights.next()).value, 1n)
    caller.abort()
    await assert.rejects(heights.next(), { reason: 'grpc.canceled' })
  })

  it('tells the events of each height, in order', async () => {
    const { client } = nodeOf({ last: 2n, told: [3n] })
    const eventsAt = async (height: bigint) => (height === 2n ? [] : [`${height}a`, `${height}b`])
    const events = followEvents(client, eventsAt, { from: 1n })
    assert.deepEqual(await take(events, 4), ['1a', '1b', '3a', '3b'])
  })

  it('asks again for the events of a height if the node is away meanwhile, and leaves none out', async () => {
    const { client } = nodeOf({ last: 2n, told: [3n] })
    const asked: bigint[] = []
    const slow = new CodedError('unknown', 1, 'grpc.resourceExhausted', 'too slow')
    const failures: Error[] = [lost(), slow, lost()]
    const eventsAt = async (height: bigint) => {
      asked.push(height)
      const failure = height === 2n ? failures.shift() : undefined
      if (failure !== undefined) throw failure
      return [`${height}`]
    }
    const events = followEvents(client, eventsAt, { from: 1n, timers: hastyTimers })
    assert.deepEqual(await take(events, 3), ['1', '2', '3'])
    assert.deepEqual(asked, [1n, 2n, 2n, 2n, 2n, 3n])
  })

  it('asks so often for the events of a height, and not once more', async () => {
    let lostSoOften = RETRIES_MAX
    const waits: number[] = []
    const timers = {
      after: (ms: number, run: () => void) => {
        waits.push(ms)
        return hastyTimers.after(0, run)
      },
    }
    const eventsAt = async (height: bigint) => {
      if (lostSoOften-- > 0) throw lost()
      return [`${height}`]
    }
    const follow = () =>
      followEvents(nodeOf({ last: 1n, told: [] }).client, eventsAt, { from: 1n, timers })
    assert.deepEqual(await take(follow(), 1), ['1'])
    assert.equal(waits.length, RETRIES_MAX)
    assert.equal(Math.min(...waits), RETRY_MS_MIN)
    assert.equal(Math.max(...waits), RETRY_MS_MAX)
    lostSoOften = RETRIES_MAX + 1
    await assert.rejects(take(follow(), 1), { reason: 'grpc.unavailable' })
  })

  it('does not ask again for events if that is of no use, or nobody wants them', async () => {
    const caller = new AbortController()
    const client = () => nodeOf({ last: 1n, told: [] }).client
    let asked = 0
    const wrong = new CodedError('unknown', 1, 'grpc.unimplemented', 'no such call')
    const refuse = async () => {
      asked++
      throw wrong
    }
    const refused = followEvents(client(), refuse, { from: 1n })
    await assert.rejects(refused.next(), { reason: 'grpc.unimplemented' })
    const { signal } = caller
    const away = async () => {
      asked++
      setImmediate(() => caller.abort())
      throw lost()
    }
    const options = { from: 1n, signal, timers: hastyTimers }
    await assert.rejects(followEvents(client(), away, options).next(), { reason: 'grpc.canceled' })
    assert.equal(asked, 2)
  })
})
