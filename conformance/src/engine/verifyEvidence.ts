/** Evidence in a recorded block: who is accused has to have done it. */

import assert from 'node:assert/strict'
import type { Moment } from '@wadi/primitives/moment'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import { findValidator } from '@wadi/tendermint/validators/validatorSet'

/** What a chain was at a height. */
export interface RecordedHeight {
  readonly validators: ValidatorSet
  readonly time: Moment
}

/** Two votes of one validator in one step, for two things, with its signatures. */
export function verifyEvidence(
  chainId: string,
  heights: ReadonlyMap<bigint, RecordedHeight>,
  evidence: Evidence,
): void {
  checkEvidence(evidence)
  assert.ok(evidence.kind === 'duplicate-vote', 'no recording has attacks on light clients')
  const { voteA, voteB, validatorPower, totalVotingPower, timestamp } = evidence.body
  const stepOf = ({ type, height, round, validatorAddress }: Vote) => {
    return { type, height, round, validatorAddress }
  }
  assert.deepEqual(stepOf(voteA), stepOf(voteB), 'one step of one validator')
  const at = heights.get(voteA.height)
  assert.ok(at !== undefined, 'evidence is of a height of the chain')
  const accused = findValidator(at.validators, voteA.validatorAddress)?.validator
  assert.ok(accused !== undefined, 'the accused was a validator')
  assert.equal(validatorPower, accused.votingPower)
  assert.equal(totalVotingPower, at.validators.totalVotingPower)
  assert.deepEqual(timestamp, at.time)
  const { publicKey } = accused
  for (const { signature, ...vote } of [voteA, voteB]) {
    const message = canonicalVoteBytes(chainId, vote)
    assert.ok(oasisDialect.verify({ publicKey, message, signature }), 'signature of the accused')
  }
}
