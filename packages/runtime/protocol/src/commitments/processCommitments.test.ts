import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CommitmentPool } from '@wadi/consensus/roothash/commitments'
import { type TestCommitment, testCommitment, testCommittee } from '../testing/testCommittee.ts'
import { addVerifiedExecutorCommitment, FRESH_POOL } from './addCommitment.ts'
import { processCommitments } from './processCommitments.ts'

const committee = testCommittee('abc', 'cde')
const add = (pool: CommitmentPool, commitment: TestCommitment) =>
  addVerifiedExecutorCommitment(pool, committee, testCommitment(commitment))

/** Who votes for what of a scheduler's proposal: `a=x b=y c=-`. */
function vote(pool: CommitmentPool, scheduler: string, votes: string): CommitmentPool {
  return votes.split(' ').reduce((before, text) => {
    const [node = '', result = '-'] = text.split('=')
    const isFailure = result === '-'
    return add(before, { node, scheduler, ...(isFailure ? {} : { result }) })
  }, pool)
}

const IN_TIME = { allowedStragglers: 0, isTimeout: false }
const TIMEOUT = { allowedStragglers: 0, isTimeout: true }

describe('processing commitments', () => {
  it('waits for a scheduler, and fails the round when it comes too late', () => {
    assert.deepEqual(processCommitments(FRESH_POOL, committee, IN_TIME).decision, {
      kind: 'waiting',
      why: 'no-scheduler',
    })
    const onlyVotes = vote(FRESH_POOL, 'a', 'b=x c=x')
    assert.deepEqual(processCommitments(onlyVotes, committee, TIMEOUT).decision, {
      kind: 'failed',
      why: 'noSchedulerCommitment',
    })
  })

  it('gives the commitment that all workers agree with; backup workers do not count', () => {
    const pool = vote(FRESH_POOL, 'a', 'a=x b=x c=x d=y')
    const { decision, pool: after } = processCommitments(pool, committee, IN_TIME)
    assert.equal(after, pool)
    assert.ok(decision.kind === 'accepted')
    const expected = testCommitment({ node: 'a', scheduler: 'a', result: 'x' })
    assert.deepEqual(decision.accepted.commitment, expected)
    assert.equal(decision.accepted.votes.size, 4)
  })

  it('looks at the best rank alone', () => {
    const worse = vote(FRESH_POOL, 'b', 'b=x c=x a=x')
    assert.equal(processCommitments(worse, committee, IN_TIME).decision.kind, 'accepted')
    const better = add(worse, { node: 'a', scheduler: 'a', result: 'y' })
    assert.equal(processCommitments(better, committee, IN_TIME).decision.kind, 'waiting')
  })

  it('goes on with one scheduler and the backup workers after a discrepancy', () => {
    const pool = vote(vote(FRESH_POOL, 'a', 'c=x'), 'b', 'b=x c=y d=x')
    const early = processCommitments(pool, committee, IN_TIME)
    assert.deepEqual(early.decision, { kind: 'waiting', why: 'backup-scheduler' })
    assert.equal(early.pool, pool)

    const late = processCommitments(pool, committee, TIMEOUT)
    assert.deepEqual(late.decision, { kind: 'discrepancy', why: 'votes-differ' })
    assert.equal(late.pool.discrepancy, true)
    assert.deepEqual([...late.pool.schedulerCommitments.keys()], [1n])

    // The votes that backup workers cast early count: c against, d in favour.
    assert.equal(processCommitments(late.pool, committee, IN_TIME).decision.kind, 'waiting')
    const confirmed = vote(late.pool, 'b', 'e=x')
    assert.equal(processCommitments(confirmed, committee, IN_TIME).decision.kind, 'accepted')
    const refuted = vote(late.pool, 'b', 'e=y')
    assert.deepEqual(processCommitments(refuted, committee, IN_TIME).decision, {
      kind: 'failed',
      why: 'badSchedulerCommitment',
    })
    const lost = vote(late.pool, 'b', 'e=-')
    assert.deepEqual(processCommitments(lost, committee, IN_TIME).decision, {
      kind: 'failed',
      why: 'insufficientVotes',
    })
  })
})
