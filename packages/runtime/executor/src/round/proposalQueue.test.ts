import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Proposal, ProposalHeader } from '@wadi/consensus/roothash/commitments'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { Verified } from '@wadi/primitives/verified'
import fc from 'fast-check'
import { PROPOSALS_MAX } from '../limits.ts'
import { proposalsOf, pruned, withProposal } from './proposalQueue.ts'
import type { QueuedProposal } from './roundState.ts'

function queued(round: number, rank: number, isVouched = true): QueuedProposal {
  const header = make(ProposalHeader, { round: BigInt(round) })
  const proposal = make(Proposal, { header }) as Verified<Proposal>
  return { proposal, rank: BigInt(rank), isVouched }
}

const queueOf = (...all: readonly QueuedProposal[]): readonly QueuedProposal[] => {
  let queue: readonly QueuedProposal[] = []
  for (const one of all) queue = withProposal(queue, one).queue
  return queue
}

const placesOf = (queue: readonly QueuedProposal[]) =>
  queue.map(({ proposal, rank }) => [Number(proposal.header.round), Number(rank)])

describe('the queue of proposals', () => {
  it('keeps the order of rounds and ranks', () => {
    const queue = queueOf(queued(2, 0), queued(1, 3), queued(1, 0), queued(2, 1), queued(1, 1))
    assert.deepEqual(placesOf(queue), [
      [1, 0],
      [1, 1],
      [1, 3],
      [2, 0],
      [2, 1],
    ])
    assert.deepEqual(placesOf(proposalsOf(queue, 2n)), [
      [2, 0],
      [2, 1],
    ])
    assert.deepEqual(placesOf(pruned(queue, 2n)), [
      [2, 0],
      [2, 1],
    ])
  })

  it('keeps the first of a rank, and names it', () => {
    const first = queued(1, 1)
    const { queue, first: known, isOverflow } = withProposal([first], queued(1, 1))
    assert.deepEqual(queue, [first])
    assert.equal(known, first.proposal)
    assert.equal(isOverflow, false)
  })

  it('keeps what the scheduler itself published of one header, and not what others had of it', () => {
    const [own, relayed] = [queued(1, 1), queued(1, 1, false)]
    const better = withProposal([relayed], own)
    assert.deepEqual(better.queue, [own])
    assert.equal(better.replaced, relayed)
    assert.equal(better.first, undefined)
    for (const [known, added] of [
      [own, relayed],
      [relayed, queued(1, 1, false)],
      [own, queued(1, 1)],
    ] as const) {
      const { queue, first, replaced } = withProposal([known], added)
      assert.deepEqual([queue, first, replaced], [[known], known.proposal, undefined])
    }
    const header = make(ProposalHeader, { round: 1n, batchHash: hashOfBytes(new Uint8Array(1)) })
    const another = { ...own, proposal: make(Proposal, { header }) as Verified<Proposal> }
    assert.equal(withProposal([relayed], another).first, relayed.proposal)
  })

  it(`holds ${PROPOSALS_MAX}, and lets the furthest one go`, () => {
    const ranks = Array.from({ length: PROPOSALS_MAX }, (_, i) => queued(1, i))
    const full = queueOf(...ranks)
    assert.equal(full.length, PROPOSALS_MAX)
    const beyond = withProposal(full, queued(2, 0))
    assert.equal(beyond.isOverflow, true)
    assert.equal(beyond.queue, full)
    const nearer = withProposal(full, queued(0, 0))
    assert.equal(nearer.isOverflow, false)
    assert.deepEqual(placesOf(nearer.queue)[0], [0, 0])
    assert.deepEqual(placesOf(nearer.queue).at(-1), [1, PROPOSALS_MAX - 2])
  })

  it('has the nearest of any that came', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
    const check = (given: readonly (readonly [number, number])[]) => {
      const queue = queueOf(...given.map(([round, rank]) => queued(round, rank)))
      const sorted = [...given].sort(([a, x], [b, y]) => a - b || x - y)
      assert.deepEqual(placesOf(queue), sorted.slice(0, PROPOSALS_MAX))
    }
    const places = fc.uniqueArray(place, { maxLength: 60, selector: (of) => of.join() })
    fc.assert(fc.property(places, check))
  })
})
