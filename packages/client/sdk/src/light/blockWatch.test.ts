import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { type ServedNode, serveTestNode } from '../compliance/servedNode.ts'
import { withBlocks } from '../compliance/withBlocks.ts'
import { createNodeClient } from '../nodeClient.ts'

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
    const { consensus } = lightNodeOf(node.chain, [node.web, node.channel]).client
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
})
