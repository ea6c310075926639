import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  isBackupWorker,
  isMember,
  isSameCommittee,
  isWorker,
  schedulerIndex,
  schedulerRank,
} from './committee.ts'
import { testCommittee, testKey } from './testing/testCommittee.ts'

describe('committees', () => {
  it('are the same only if all of them is, not just the epoch', () => {
    const committee = testCommittee('ab', 'c')
    assert.ok(isSameCommittee(committee, testCommittee('ab', 'c')))
    for (const other of [
      testCommittee('ad', 'c'),
      testCommittee('ba', 'c'),
      testCommittee('ab', 'd'),
      { ...committee, validFor: committee.validFor + 1n },
      undefined,
    ]) {
      assert.equal(isSameCommittee(committee, other), false)
      assert.equal(isSameCommittee(other, committee), false)
    }
    assert.ok(isSameCommittee(undefined, undefined))
  })
})

describe('the roles in a committee', () => {
  it('are told from the order of the members', () => {
    const committee = testCommittee('ab', 'bc')
    const roles = [...'abcd'].map((name) => {
      const id = testKey(name)
      return [isMember(committee, id), isWorker(committee, id), isBackupWorker(committee, id)]
    })
    assert.deepEqual(roles, [
      [true, true, false],
      [true, true, true],
      [true, false, true],
      [false, false, false],
    ])
  })

  it('stop where another role begins, as the reference looks no further', () => {
    const { members = [], ...rest } = testCommittee('a', 'b')
    const reversed = { ...rest, members: members.toReversed() }
    assert.equal(isWorker(reversed, testKey('a')), false)
    assert.equal(isBackupWorker(reversed, testKey('b')), false)
    assert.equal(schedulerRank(reversed, 0n, testKey('a')), undefined)
  })

  it('of a committee without members are nobody’s', () => {
    const nobody = { ...testCommittee(''), members: undefined }
    assert.equal(isMember(nobody, testKey('a')), false)
    assert.equal(schedulerIndex(nobody, 0n, 0n), undefined)
  })
})

describe('the rank of a scheduler', () => {
  const committee = testCommittee('abc', 'd')
  const ranks = (round: bigint) =>
    [...'abcd'].map((name) => schedulerRank(committee, round, testKey(name)))

  it('turns with the rounds, and only workers have one', () => {
    assert.deepEqual(ranks(0n), [0n, 1n, 2n, undefined])
    assert.deepEqual(ranks(1n), [1n, 2n, 0n, undefined])
    assert.deepEqual(ranks(2n), [2n, 0n, 1n, undefined])
    assert.deepEqual(ranks(3n), ranks(0n))
  })

  it('wraps around at 2^64 before it is divided', () => {
    assert.deepEqual(ranks(0xffff_ffff_ffff_ffffn), [0n, 0n, 1n, undefined])
  })

  it('is the inverse of the place of a rank', () => {
    const round = fc.bigInt(0n, 0xffff_ffff_ffff_0000n)
    const check = (at: bigint, rank: bigint) => {
      const index = schedulerIndex(committee, at, rank)
      assert.ok(index !== undefined)
      assert.equal(schedulerRank(committee, at, testKey('abc'[index]!)), rank)
    }
    fc.assert(fc.property(round, fc.bigInt(0n, 2n), check))
    assert.equal(schedulerIndex(committee, 0n, 3n), undefined)
  })
})
