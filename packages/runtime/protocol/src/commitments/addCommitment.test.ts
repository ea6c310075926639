import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { CommitmentPool, ComputeResultsHeader } from '@wadi/consensus/roothash/commitments'
import { hashOf } from '@wadi/primitives/hash'
import {
  type TestCommitment,
  testCommitment,
  testCommittee,
  testKey,
  testResults,
} from '../testing/testCommittee.ts'
import { addVerifiedExecutorCommitment, FRESH_POOL } from './addCommitment.ts'

const committee = testCommittee('abc', 'cd')
const add = (pool: CommitmentPool, commitment: TestCommitment) =>
  addVerifiedExecutorCommitment(pool, committee, testCommitment(commitment))
const addAll = (...commitments: readonly TestCommitment[]) => commitments.reduce(add, FRESH_POOL)
const refusal = (code: number) => ({ module: 'roothash/commitment', code })
const own = (node: string, result = 'x') => ({ node, scheduler: node, result })
const ranksOf = (pool: CommitmentPool) => [...pool.schedulerCommitments.keys()]

describe('the commitment pool', () => {
  it('begins with the rank of nobody', () => {
    assert.equal(
      toHex(encode(CommitmentPool, FRESH_POOL)),
      'a16c686967686573745f72616e6b1bffffffffffffffff',
    )
  })

  it('keeps the commitment of the scheduler, and its vote', () => {
    const pool = addAll(own('b'))
    assert.equal(pool.highestRank, 1n)
    const entry = pool.schedulerCommitments.get(1n)
    assert.deepEqual(entry?.commitment, testCommitment(own('b')))
    assert.deepEqual(entry?.votes.get(testKey('b')), hashOf(ComputeResultsHeader, testResults('x')))
  })

  it('keeps no more than the votes of the others, failures as votes for nothing', () => {
    const pool = addAll({ node: 'a', scheduler: 'b', result: 'x' }, { node: 'd', scheduler: 'b' })
    const entry = pool.schedulerCommitments.get(1n)
    assert.equal(entry?.commitment, undefined)
    assert.equal(entry?.votes.size, 2)
    assert.ok(entry?.votes.has(testKey('d')))
    assert.equal(entry?.votes.get(testKey('d')), undefined)
  })

  it('takes a better rank from its scheduler only, and then drops what is worse', () => {
    const vote = { node: 'c', scheduler: 'a', result: 'x' }
    const undecided = addAll(own('c'), { ...own('b'), node: 'c' }, vote)
    assert.equal(undecided.highestRank, 2n)
    assert.deepEqual(ranksOf(undecided), [0n, 1n, 2n])
    const decided = add(undecided, own('b'))
    assert.equal(decided.highestRank, 1n)
    assert.deepEqual(ranksOf(decided), [0n, 1n])
    assert.deepEqual(ranksOf(add(decided, own('a'))), [0n])
  })

  it('is not changed: another pool comes back', () => {
    const before = addAll(own('b'))
    const bytes = encode(CommitmentPool, before)
    add(before, own('a'))
    assert.deepEqual(encode(CommitmentPool, before), bytes)
  })

  it('refuses strangers', () => {
    assert.throws(() => addAll({ ...own('a'), node: 'z' }), refusal(5))
  })

  it('refuses proposals of whoever is no worker', () => {
    assert.throws(() => addAll({ ...own('a'), scheduler: 'd' }), refusal(11))
  })

  it('refuses a worse rank than the best that was committed', () => {
    assert.throws(() => addAll(own('b'), own('c')), refusal(11))
    assert.throws(() => addAll(own('b'), { ...own('c'), node: 'a' }), refusal(11))
  })

  it('takes one vote of a node for each rank', () => {
    const twice = { node: 'c', scheduler: 'b', result: 'x' }
    assert.throws(() => addAll(twice, { ...twice, result: 'y' }), refusal(6))
    assert.doesNotThrow(() => addAll(twice, { ...twice, scheduler: 'a' }))
  })
})

describe('the commitment pool in a discrepancy', () => {
  const pool = { ...addAll(own('b')), discrepancy: true }

  it('takes votes of backup workers, even if they are workers as well', () => {
    const resolved = add(add(pool, { ...own('b'), node: 'c' }), { ...own('b'), node: 'd' })
    assert.equal(resolved.schedulerCommitments.get(1n)?.votes.size, 3)
  })

  it('refuses everybody else', () => {
    assert.throws(() => add(pool, { ...own('b'), node: 'a' }), refusal(11))
    assert.throws(() => add(pool, { ...own('b'), node: 'z' }), refusal(11))
  })

  it('refuses every other rank, a better one too', () => {
    assert.throws(() => add(pool, { ...own('a'), node: 'd' }), refusal(11))
    assert.throws(() => add(pool, { ...own('c'), node: 'd' }), refusal(11))
  })
})
