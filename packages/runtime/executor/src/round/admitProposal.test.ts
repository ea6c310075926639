import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import { PROPOSALS_MAX } from '../limits.ts'
import { BY_RANK, firstBase, MEMBERS, proposalOf, TestRound } from '../testing/testRound.ts'
import { toyTransaction } from '../testing/toyRuntime.ts'
import { admitProposal } from './admitProposal.ts'

const base = firstBase()
const inputs = [toyTransaction({})]
const [PRIMARY] = BY_RANK
const author = MEMBERS[1]!.node.p2p.id
const good = proposalOf(PRIMARY, inputs, { base })

function verdictOf(
  proposal: Proposal,
  { epoch = 1n, from = author, node = new TestRound(0) } = {},
): string {
  const admission = admitProposal(node.state.round, from, { epoch, proposal })
  return admission.verdict === 'accept'
    ? `accept rank ${admission.input.rank}`
    : `${admission.verdict} ${admission.why}`
}

describe('proposals of any shape', () => {
  it('are let in if a scheduler signed them, whoever of the committee sends them', () => {
    assert.equal(verdictOf(good), 'accept rank 0')
    assert.equal(verdictOf(proposalOf(1, inputs, { base })), 'accept rank 2')
    assert.equal(verdictOf(proposalOf(1, inputs, { base, round: 2n })), 'accept rank 0')
  })

  it('are passed on, and tried again, if they come too early', () => {
    const nowhere = new TestRound(0, { ...base, committee: undefined })
    assert.equal(verdictOf(good, { node: nowhere }), 'retry no-committee')
    assert.equal(verdictOf(good, { epoch: 2n }), 'retry next-epoch')
  })

  it('are refused for good in all other cases', () => {
    assert.equal(verdictOf(good, { epoch: 0n }), 'reject past-epoch')
    assert.equal(verdictOf(good, { epoch: 3n }), 'reject future-epoch')
    assert.equal(verdictOf(good, { from: MEMBERS[5]!.node.p2p.id }), 'reject no-member')
    assert.equal(verdictOf(good, { from: MEMBERS[1]!.id }), 'reject no-member')
    assert.equal(verdictOf(proposalOf(3, inputs, { base })), 'reject no-scheduler')
    assert.equal(verdictOf(proposalOf(5, inputs, { base })), 'reject no-scheduler')
    assert.equal(verdictOf(proposalOf(PRIMARY, inputs, { base, round: 0n })), 'reject past-round')
    const { header } = proposalOf(PRIMARY, [], { base })
    assert.equal(verdictOf({ ...good, header }), 'reject bad-signature')
    assert.equal(verdictOf({ ...good, batchSig: good.sig }), 'reject bad-signature')
  })

  it('are not kept beyond the bound', () => {
    const node = new TestRound(0)
    for (let i = 0; i < PROPOSALS_MAX; i++) {
      node.receive(proposalOf(1, inputs, { base, round: BigInt(i + 2) }))
    }
    assert.equal(node.state.round.proposals.length, PROPOSALS_MAX)
    const far = proposalOf(1, inputs, { base, round: 99n })
    assert.equal(verdictOf(far, { node }), 'retry queue-full')
    node.receive(good)
    assert.equal(node.state.round.proposals.length, PROPOSALS_MAX)
  })
})
