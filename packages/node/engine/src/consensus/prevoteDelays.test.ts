import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { prevoteDelays, secondsBetween } from './prevoteDelays.ts'

const at = (ms: number) => ({ seconds: 100n, nanoseconds: ms * 1_000_000 })
const PROPOSER = new Uint8Array(20)

/** Round 1 of validators of power 1, 1, 1 and 3, who prevoted so many milliseconds later. */
function roundOf(delays: readonly (number | undefined)[]): RoundState {
  const powers = [1n, 1n, 1n, 3n]
  const votes = delays.map((ms, validatorIndex) => ms && { validatorIndex, timestamp: at(ms + 10) })
  const set = { votes, quorum: 5n }
  return {
    proposal: { timestamp: at(10) },
    round: 1,
    votes: { trackedRound: 2, rounds: [{ round: 1, prevote: set }] },
    validators: {
      validators: powers.map((votingPower) => ({ votingPower })),
      proposer: { address: PROPOSER },
    },
  } as unknown as RoundState
}

describe('delays of prevotes', () => {
  it('are those of the vote that made two thirds, and of the last one', () => {
    const all = prevoteDelays(roundOf([40, 10, 30, 20]))
    assert.deepEqual(all, { proposer: PROPOSER, quorum: 0.03, full: 0.04 })
  })

  it('are not known while votes are missing, or without a proposal', () => {
    const some = prevoteDelays(roundOf([40, 10, undefined, 20]))
    assert.deepEqual([some.quorum, some.full], [0.04, undefined])
    assert.equal(prevoteDelays(roundOf([40, 10, 30, undefined])).quorum, undefined)
    const none = prevoteDelays({ ...roundOf([40, 10, 30, 20]), proposal: undefined })
    assert.deepEqual(none, { proposer: undefined, quorum: undefined, full: undefined })
  })

  it('are negative if clocks say so', () => {
    assert.equal(secondsBetween({ seconds: 2n, nanoseconds: 0 }, at(500)), 98.5)
    assert.equal(secondsBetween(at(500), { seconds: 100n, nanoseconds: 0 }), -0.5)
  })
})
