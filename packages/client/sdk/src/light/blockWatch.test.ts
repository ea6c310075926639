import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { type ServedNode, serveTestNode } from '../compliance/servedNode.ts'
import { withBlocks } from '../compliance/withBlocks.ts'
import { createNodeClient } from '../nodeClient.ts'
import { WATCH_QUIET_MS } from './limits.ts'

/** A stream on which nothing ever comes, until it is left or aborted. */
const tellNothing: CallTransport['stream'] = (_path, _request, { signal } = {}) => {
  const over = Promise.withResolvers<IteratorResult<Uint8Array>>()
  const done = { done: true, value: undefined } as const
  signal?.addEventListener('abort', () => over.resolve(done))
  return {
    next: () => over.promise,
    return: async () => {
      over.resolve(done)
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const lost = () => new UnavailableError('grpc.unavailable', 'gone')

/** What a node may do instead of telling blocks. */
const oddTellers: readonly (readonly [what: string, tell: CallTransport['stream']])[] = [
  ['says nothing', tellNothing],
  ['ends', async function* () {}],
  [
    'breaks off',
    // biome-ignore lint/correctness/useYield: it is a stream
    async function* () {
      throw lost()
    },
  ],
  [
    'has no streams',
    () => {
      throw lost()
    },
  ],
]

describe('watching blocks without believing anybody', () => {
  let node: ServedNode
  before(async () => {
    node = await serveTestNode()
  })
  after(async () => {
    await node.close()
    assert.deepEqual(node.failures, [])
  })

  it('gives each block as the node has it, and leaves none out', async () => {
    node.advance()
    const plain = createNodeClient(node.channel).consensus
    // No time passes: what is heard is told.
    const options = { timers: new VirtualTime() }
    const { consensus } = lightNodeOf(node.chain, [node.web, node.channel], options).client
    const blocks = consensus.watchBlocks()
    const heights: bigint[] = []
    for (let i = 0; i < 4; i++) {
      const { value } = await withBlocks(node, blocks.next())
      heights.push(value.height)
      assert.deepEqual(value, await plain.getBlock(value.height))
    }
    const [first = 0n] = heights
    assert.deepEqual(heights, [first, first + 1n, first + 2n, first + 3n])
    await blocks.return?.()
    assert.equal((await blocks.next()).done, true)
  })

  for (const [what, tell] of oddTellers)
    it(`goes on with another node when one ${what}`, async () => {
      const odd: CallTransport = { ...node.web, stream: tell }
      const time = new VirtualTime()
      const { chain } = node
      const advance = () => {
        time.advance(WATCH_QUIET_MS)
        return node.advance()
      }
      const bad: number[] = []
      const options = { timers: time, onBad: (number: number) => bad.push(number) }
      const { consensus } = lightNodeOf(chain, [odd, node.channel, node.web], options).client
      const blocks = consensus.watchBlocks()
      const heights: bigint[] = []
      for (let i = 0; i < 3; i++) {
        const { value } = await withBlocks({ ...node, advance }, blocks.next())
        heights.push(value.height)
      }
      const [first = 0n] = heights
      assert.deepEqual(heights, [first, first + 1n, first + 2n])
      await blocks.return?.()
      assert.ok(bad.includes(0))
    })

  it('ends as the nodes end it when all of them do', async () => {
    for (const [what, tell] of oddTellers.slice(1)) {
      const odd: CallTransport = { ...node.web, stream: tell }
      const blocks = lightNodeOf(node.chain, [odd, odd]).client.consensus.watchBlocks()
      const end = blocks.next()
      if (what === 'ends') assert.equal((await end).done, true)
      else await assert.rejects(end, { reason: 'grpc.unavailable' })
      assert.equal((await blocks.next()).done, true)
    }
  })

  it('looks by itself after so long, and not before', async () => {
    const silent: CallTransport = { ...node.web, stream: tellNothing }
    let asked = 0
    const counting: CallTransport = {
      ...silent,
      unary: (path, request, options) => {
        if (path.endsWith('/GetLatestHeight')) asked++
        return node.web.unary(path, request, options)
      },
    }
    const time = new VirtualTime()
    const { consensus } = lightNodeOf(node.chain, [counting, silent], { timers: time }).client
    const blocks = consensus.watchBlocks()
    const next = blocks.next()
    await new Promise(setImmediate)
    time.advance(WATCH_QUIET_MS - 1)
    await new Promise(setImmediate)
    assert.equal(asked, 0)
    time.advance(1)
    assert.equal((await next).value.height, node.chain.lastHeight)
    assert.equal(asked, 1)
    await blocks.return?.()
    assert.equal(time.pending, 0)
  })

  it('ends when its reader does, also while nothing is told', async () => {
    const silent: CallTransport = { ...node.web, stream: tellNothing }
    const time = new VirtualTime()
    const light = lightNodeOf(node.chain, [silent, silent], { timers: time })
    const blocks = light.client.consensus.watchBlocks()
    const next = blocks.next()
    await blocks.return?.()
    assert.equal((await next).done, true)
    assert.equal(time.pending, 0)
    const caller = new AbortController()
    const aborted = light.client.consensus.watchBlocks(undefined, { signal: caller.signal })
    const waiting = aborted.next()
    caller.abort()
    await waiting.catch(() => undefined)
    assert.equal((await aborted.next()).done, true)
    assert.equal(time.pending, 0)
  })
})
