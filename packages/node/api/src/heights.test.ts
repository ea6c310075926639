import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blockAt, responsesAt, wantedHeight } from './heights.ts'
import { TestChain } from './testing/testChain.ts'

function pruned(): TestChain {
  const chain = new TestChain()
  for (let i = 0; i < 4; i++) chain.add()
  chain.base = 3n
  return chain
}

describe('heights that can be asked for', () => {
  it('are those of the blocks that are here; zero is the last one', () => {
    const chain = pruned()
    assert.equal(blockAt(chain, 3n).header.height, 3n)
    assert.equal(blockAt(chain, 0n).header.height, 4n)
    assert.equal(responsesAt(chain, 4n), responsesAt(chain, 0n))
  })

  it('are refused in the words of the reference', () => {
    const words = [
      [-1n, 'height must be greater than 0, but got -1'],
      [5n, 'height 5 must be less than or equal to the current blockchain height 4'],
      [2n, 'height 2 is not available, lowest height is 3'],
    ] as const
    for (const [height, reason] of words) {
      const failure = { module: 'unknown', code: 1 }
      const message = `cometbft: block query failed: ${reason}`
      assert.throws(() => blockAt(pruned(), height), { ...failure, message })
      const results = `cometbft: block results query failed: ${reason}`
      assert.throws(() => responsesAt(pruned(), height), { ...failure, message: results })
    }
  })

  it('are none before the first block', () => {
    const chain = new TestChain()
    const failure = { module: 'consensus', code: 1, message: 'consensus: no committed blocks' }
    assert.throws(() => wantedHeight(chain, 0n), failure)
    assert.throws(() => blockAt(chain, 0n), failure)
  })

  it('can have lost what their block did', () => {
    const chain = pruned()
    const source = { ...chain, lastHeight: 4n, blocks: chain.blocks }
    const states = { ...chain.states, loadResponses: () => undefined }
    assert.throws(() => responsesAt({ ...source, states } as never, 4n), {
      message: 'cometbft: block results query failed: could not find results for height #4',
    })
  })
})
