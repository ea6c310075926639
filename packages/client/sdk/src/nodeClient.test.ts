import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { RICH_BALANCE, richAddress } from './compliance/applicationChain.ts'
import { type ServedNode, serveTestNode } from './compliance/servedNode.ts'
import { createNodeClient, type NodeClient } from './nodeClient.ts'
import { nodeCalls, nodeStreams } from './nodeTables.ts'

for (const way of ['web', 'channel'] as const)
  describe(`a client over ${way === 'web' ? 'gRPC-web' : 'gRPC'}`, () => {
    let node: ServedNode
    let client: NodeClient
    before(async () => {
      node = await serveTestNode()
      node.advance()
      node.advance()
      client = createNodeClient(node[way])
    })
    after(async () => {
      await node.close()
      assert.deepEqual(node.failures, [])
    })

    it('asks with typed requests, and gets typed answers', async () => {
      const { general } = await client.staking.account({ height: 0n, owner: richAddress })
      assert.equal(general.balance, RICH_BALANCE)
      assert.equal(await client.consensus.getLatestHeight(), 2n)
      assert.equal((await client.consensus.getBlock(1n)).height, 1n)
      assert.equal(await client.beacon.getEpoch(0n), 10n)
    })

    it('gets errors with the numbers of the reference', async () => {
      await assert.rejects(client.beacon.getEpoch(99n), (error) => {
        assert.ok(error instanceof CodedError)
        const { module, code, message } = error
        assert.deepEqual([module, code], ['consensus', 3])
        assert.equal(message, 'consensus: version not found')
        return true
      })
    })

    it('watches until it leaves', async () => {
      const blocks = client.consensus.watchBlocks()
      // When another call is answered, the stream has begun.
      await client.consensus.getChainContext()
      const height = node.advance()
      for await (const block of blocks) {
        assert.equal(block.height, height)
        break
      }
    })

    it('stops waiting when it is told to, or when the time is over', async () => {
      const caller = new AbortController()
      const waiting = client.beacon.waitEpoch(99n, { signal: caller.signal })
      caller.abort()
      await assert.rejects(waiting, { reason: 'grpc.canceled' })
      await assert.rejects(client.beacon.waitEpoch(99n, { timeoutMs: 5 }), {
        reason: 'grpc.deadlineExceeded',
      })
    })
  })

describe('the names of a client', () => {
  it('are those of the tables, for every call and stream', () => {
    const transport = { unary: assert.fail, stream: assert.fail }
    const client: Record<string, Record<string, unknown>> = createNodeClient(transport)
    const paths = [...Object.keys(nodeCalls), ...Object.keys(nodeStreams)]
    const names = Object.values(client).flatMap((service) => Object.keys(service))
    assert.equal(names.length, paths.length)
    assert.equal(typeof client['keyManagerChurp']?.['status'], 'function')
    assert.equal(typeof client['rootHash']?.['watchBlocks'], 'function')
  })
})
