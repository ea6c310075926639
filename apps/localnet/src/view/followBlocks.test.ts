import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { NetworkNode } from '../createNetwork.ts'
import { followBlocks } from './followBlocks.ts'

/** A node that tells of these heights, and then of nothing until somebody aborts. */
function nodeOf(name: string, told: readonly bigint[], refused?: bigint): NetworkNode {
  const left = [...told]
  let last = 0n
  const consensus = {
    getLatestHeight: async () => last,
    async *watchBlocks(_: undefined, { signal }: { signal: AbortSignal }) {
      for (let height = left.shift(); height !== undefined; height = left.shift()) {
        last = height
        yield { height }
      }
      await new Promise((_resolve, reject) => {
        const canceled = () => reject(new CodedError('unknown', 1, 'grpc.canceled', 'canceled'))
        if (signal.aborted) canceled()
        signal.addEventListener('abort', canceled)
      })
    },
  }
  return { name, refused, client: { consensus } } as unknown as NetworkNode
}

async function read(node: NetworkNode, height: bigint): Promise<string> {
  if ((node as unknown as { refused: bigint }).refused === height)
    throw new UnavailableError('grpc.unavailable', 'it went away')
  return `${node.name}:${height}`
}

async function follow(nodes: readonly NetworkNode[], count: number, from?: bigint) {
  const life = new AbortController()
  const blocks: string[] = []
  const options = { from, signal: life.signal, read, stillMs: 20 }
  for await (const block of followBlocks(nodes, options)) {
    blocks.push(block)
    if (blocks.length === count) life.abort()
  }
  return blocks
}

describe('following the blocks of a network', () => {
  it('tells each block once, also those between what a node tells of', async () => {
    const blocks = await follow([nodeOf('a', [1n, 4n, 4n, 5n])], 5, 1n)
    assert.deepEqual(blocks, ['a:1', 'a:2', 'a:3', 'a:4', 'a:5'])
  })

  it('begins with the block after the last one unless told otherwise', async () => {
    assert.deepEqual(await follow([nodeOf('a', [1n, 2n])], 2), ['a:1', 'a:2'])
  })

  it('goes on with another node where one stands still', async () => {
    const blocks = await follow([nodeOf('a', [1n, 2n]), nodeOf('b', [3n, 4n])], 4, 1n)
    assert.deepEqual(blocks, ['a:1', 'a:2', 'b:3', 'b:4'])
  })

  it('goes on with the block that it could not have where a node goes away', async () => {
    const blocks = await follow([nodeOf('a', [1n, 2n, 3n], 2n), nodeOf('b', [3n])], 3, 1n)
    assert.deepEqual(blocks, ['a:1', 'b:2', 'b:3'])
  })
})
