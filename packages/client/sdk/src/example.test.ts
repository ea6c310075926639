import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { Address } from '@wadi/primitives/address'
import { pay } from '../examples/payment.ts'
import { RICH_BALANCE, rich } from './compliance/applicationChain.ts'
import { testClock } from './compliance/lightNodes.ts'
import { type ServedNode, serveTestNode } from './compliance/servedNode.ts'
import { withBlocks } from './compliance/withBlocks.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the example', () => {
  let node: ServedNode
  before(async () => {
    node = await serveTestNode()
  })
  after(async () => {
    await node.close()
    assert.deepEqual(node.failures, [])
  })

  it('pays, and proves it', async () => {
    node.advance()
    const { chainContext } = node.chain
    const trust = { height: 1n, hash: node.chain.hashAt(1n) }
    const to = Address.check(new Uint8Array(21).fill(9))
    const network = { chainContext, trust, clock: testClock }
    const paid = await withBlocks(node, pay([node.url, node.url], network, rich, to))
    assert.deepEqual(paid, [RICH_BALANCE - 1_000n, 1_000n])
  })

  it('is what the README shows', () => {
    assert.ok(read('../README.md').includes(read('../examples/payment.ts')))
  })
})
