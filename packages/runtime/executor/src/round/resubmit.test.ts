import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BY_RANK,
  firstBase,
  honestCommitment,
  proposalOf,
  TestRound,
} from '../testing/testRound.ts'
import { toyTransaction } from '../testing/toyRuntime.ts'

const [PRIMARY, SECOND, THIRD] = BY_RANK
const base = firstBase()
const inputs = [toyTransaction({ sender: 'alice' })]

/** A worker that has committed to the primary's proposal. */
function committed(): TestRound {
  const node = new TestRound(SECOND).submit(...inputs)
  return node
    .receive(proposalOf(PRIMARY, inputs, { base }))
    .execute()
    .apply()
}

/** So many blocks of the consensus layer pass; how many commitments were submitted until then. */
function after(node: TestRound, blocks: number): number {
  for (let height = 1n; height <= BigInt(blocks); height++)
    node.round({ kind: 'consensus-block', height, isEpochNext: false })
  return node.all('commit').length
}

describe('a commitment that is in no block', () => {
  it('is submitted again after three, the same one, as long as the round goes on', () => {
    const node = committed()
    assert.equal(after(node, 2), 1)
    assert.equal(after(node, 1), 2)
    assert.equal(after(node, 3), 3)
    const [first, ...others] = node.all('commit')
    for (const other of others) assert.deepEqual(other, first)
    node.round({ kind: 'new-block', base: { ...base, header: { ...base.header, round: 1n } } })
    assert.equal(after(node, 10), 3)
  })

  it('is submitted again with the next one if it could not be submitted', () => {
    const node = committed()
    const { commitment } = node.last('commit')
    node.round({ kind: 'commit-failed', commitment })
    assert.equal(node.all('commit').length, 1)
    assert.equal(after(node, 1), 2)
    assert.equal(after(node, 1), 2)
  })

  it('is not submitted again once it is seen in one, which the mempool is not', () => {
    const commitment = honestCommitment(SECOND, PRIMARY, inputs, base)
    const waiting = committed().round({ kind: 'commitment', commitment, seen: 'mempool' })
    assert.equal(after(waiting, 3), 2)
    const seen = committed().round({ kind: 'commitment', commitment, seen: 'block' })
    seen.round({ kind: 'commit-failed', commitment: seen.last('commit').commitment })
    assert.equal(after(seen, 10), 1)
  })

  it('is not taken for that of another', () => {
    const commitment = honestCommitment(THIRD, PRIMARY, inputs, base)
    const node = committed().round({ kind: 'commitment', commitment, seen: 'block' })
    assert.equal(after(node, 3), 2)
  })

  it('is not submitted again where it would be refused', () => {
    const node = committed().round({ kind: 'discrepancy', round: 1n, rank: 0n, height: 9n })
    assert.equal(after(node, 10), 1)
  })

  it('is not submitted again when a better scheduler has committed', () => {
    const node = new TestRound(THIRD).submit(...inputs).timeout('rank', 1)
    node
      .receive(proposalOf(SECOND, inputs, { base }))
      .execute()
      .apply()
    assert.equal(after(node, 3), 2)
    const better = honestCommitment(PRIMARY, PRIMARY, inputs, base)
    node.round({ kind: 'commitment', commitment: better, seen: 'block' })
    assert.equal(after(node, 10), 2)
  })

  it('of another round is nothing to try again', () => {
    const node = committed()
    const { commitment } = node.last('commit')
    const { header } = commitment
    const other = { ...header, header: { ...header.header, round: 7n } }
    node.round({ kind: 'commit-failed', commitment: { ...commitment, header: other } })
    assert.equal(after(node, 1), 1)
  })
})
