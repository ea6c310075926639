import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Vote } from '@wadi/tendermint/types/vote'
import { SignedOnce } from './signedOnce.ts'

const hashOf = (filler: number) => new Uint8Array(32).fill(filler)
const blockIdOf = (filler: number): BlockId => {
  return { hash: hashOf(filler), partSetHeader: { total: 1, hash: hashOf(filler) } }
}
const vote: Vote = {
  type: 'prevote',
  height: 5n,
  round: 1,
  blockId: blockIdOf(1),
  timestamp: { seconds: 1n, nanoseconds: 0 },
  validatorAddress: hashOf(9).subarray(0, 20),
  validatorIndex: 0,
  signature: new Uint8Array(64),
}

describe('what validators signed', () => {
  it('may come again, also with another time', () => {
    const signed = new SignedOnce()
    signed.noteVote(vote)
    signed.noteVote({ ...vote, timestamp: { seconds: 2n, nanoseconds: 0 } })
    for (const other of [{ type: 'precommit' }, { height: 6n }, { round: 2 }] as const)
      signed.noteVote({ ...vote, ...other, blockId: undefined })
    assert.deepEqual(signed.twice, [])
    assert.equal(signed.count, 4)
  })

  it('is told when it is for two blocks, or for one and none', () => {
    for (const blockId of [blockIdOf(2), undefined]) {
      const signed = new SignedOnce()
      signed.noteVote(vote)
      signed.noteVote({ ...vote, blockId })
      assert.equal(signed.twice.length, 1)
    }
  })

  it('is told when two blocks are proposed in a round', () => {
    const signed = new SignedOnce()
    const { height, round, timestamp, signature } = vote
    const proposal = { height, round, polRound: -1, timestamp, signature }
    signed.noteProposal({ ...proposal, blockId: blockIdOf(1) })
    assert.deepEqual(signed.twice, [])
    signed.noteProposal({ ...proposal, blockId: blockIdOf(2) })
    assert.equal(signed.twice.length, 1)
  })
})
