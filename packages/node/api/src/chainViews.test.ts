import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { apiMethods } from '@wadi/consensus-services/api'
import { ChainViews } from './chainViews.ts'
import { GOOD_RESULT, storedEvent, TestChain } from './testing/testChain.ts'

function threeBlocks(): TestChain {
  const chain = new TestChain()
  chain.add({ epoch: 1n })
  const elected = storedEvent('oasis_event_000_beacon', 'epoch', { epoch: 2n })
  const list = { key: 'node_list_epoch', value: '1', index: false }
  const events = [elected, { type: 'oasis_event_200_registry', attributes: [list] }]
  const results = [{ ...GOOD_RESULT, code: 5, codespace: 'staking', log: 'no', gasUsed: 7n }]
  chain.add({ epoch: 2n, events, transactions: [toUtf8('tx')], results })
  chain.add({ epoch: 2n })
  return chain
}

function ask(chain: TestChain, name: string, asked: bigint): unknown {
  return apiMethods[name]!.answer(new ChainViews(chain).at(asked), asked)
}

describe('a view of a chain', () => {
  it('has the state of its height, and of others', () => {
    const chain = threeBlocks()
    assert.equal(ask(chain, 'Beacon/GetEpoch', 1n), 1n)
    assert.equal(ask(chain, 'Beacon/GetEpoch', 0n), 2n)
    // COMPAT(oasis-core): whatever is below zero is the last one, too.
    assert.equal(ask(chain, 'Beacon/GetEpoch', -7n), 2n)
    assert.equal(new ChainViews(chain).at(3n).stateAt(1n), chain.stateAt(1n))
  })

  it('has the block of its height, with what the application told', () => {
    const { block, height } = new ChainViews(threeBlocks()).at(2n)
    assert.equal(height, 2n)
    assert.deepEqual(
      block.beginEvents.map(({ attributes }) => attributes.map(({ key }) => key)),
      [['epoch'], ['node_list_epoch']],
    )
    assert.deepEqual(block.beginEvents[1]!.attributes[0]!.value, toUtf8('1'))
    const [transaction] = block.transactions
    assert.deepEqual(transaction!.raw, toUtf8('tx'))
    assert.equal(transaction!.code, 5)
    assert.equal(transaction!.data, undefined)
  })

  it('has the parameters that its block was made under', () => {
    const chain = threeBlocks()
    assert.ok(new ChainViews(chain).at(0n).cometParameters.length > 0)
    assert.throws(() => new ChainViews(chain).at(9n).cometParameters, {
      module: 'consensus',
      code: 3,
      message:
        'consensus: version not found: cometbft: consensus params query failed: could not find consensus params for height #9',
    })
  })

  it('has no state beyond the last block, nor before the first', () => {
    assert.throws(() => ask(threeBlocks(), 'Beacon/GetEpoch', 4n), { module: 'consensus', code: 3 })
    const empty = new TestChain()
    for (const height of [0n, 1n])
      assert.throws(() => ask(empty, 'Beacon/GetEpoch', height), { module: 'consensus', code: 1 })
  })

  it('begins where blocks are kept, and not below genesis', () => {
    const chain = threeBlocks()
    assert.equal(ask(chain, 'Consensus/GetLastRetainedHeight', 0n), 1n)
    chain.base = 2n
    assert.equal(ask(chain, 'Consensus/GetLastRetainedHeight', 0n), 2n)
  })
})
