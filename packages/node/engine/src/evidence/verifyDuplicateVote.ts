import { equalBytes } from '@wadi/base/bytes'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { DuplicateVoteEvidence } from '@wadi/tendermint/types/evidence'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import { findValidator } from '@wadi/tendermint/validators/validatorSet'
import { errors } from './errors.ts'

/** What votes are judged by. */
export interface VoteContext {
  readonly dialect: SignatureDialect
  readonly chainId: string
  /** Who could vote at the height. */
  readonly validators: ValidatorSet
}

/** Refuses two votes unless a validator signed both, for two blocks, where it may sign one. */
export function verifyDuplicateVote(context: VoteContext, evidence: DuplicateVoteEvidence): void {
  const { dialect, chainId, validators } = context
  const { voteA, voteB } = evidence
  const accused = findValidator(validators, voteA.validatorAddress)?.validator
  if (accused === undefined) throw errors.notValidator()
  const isSameStep =
    voteA.height === voteB.height && voteA.round === voteB.round && voteA.type === voteB.type
  if (!isSameStep) throw errors.notSameStep()
  if (!equalBytes(voteA.validatorAddress, voteB.validatorAddress)) throw errors.notSameValidator()
  if (equalBlockIds(voteA.blockId, voteB.blockId)) throw errors.sameBlock()
  if (evidence.validatorPower !== accused.votingPower) throw errors.otherPower()
  if (evidence.totalVotingPower !== validators.totalVotingPower) throw errors.otherTotalPower()
  const { publicKey } = accused
  const signed = ({ signature, ...vote }: Vote) => ({
    publicKey,
    message: canonicalVoteBytes(chainId, vote),
    signature,
  })
  if (!dialect.verify(signed(voteA))) throw errors.badSignature('first vote')
  if (!dialect.verify(signed(voteB))) throw errors.badSignature('second vote')
}
