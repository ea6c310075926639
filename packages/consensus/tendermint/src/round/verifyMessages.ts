/** Signatures of the messages of a round. What comes out of here may go into the machine. */

import { equalBytes } from '@wadi/base/bytes'
import type { SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import type { Verified } from '@wadi/primitives/verified'
import type { SignatureDialect } from '../dialect.ts'
import { canonicalProposalBytes, canonicalVoteBytes } from '../signBytes.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'

/** How and for which chain messages are signed. */
export interface SignatureView {
  readonly dialect: SignatureDialect
  readonly chainId: string
}

/** A vote, and the key that has to have signed it. */
export interface VoteOfKey {
  readonly vote: Vote
  readonly publicKey: Uint8Array
}

/** What of a round tells who may have signed a vote. */
export interface VotersOfRound {
  readonly height: bigint
  readonly validators: VoterList
  readonly chain: { readonly lastValidators: VoterList }
}

interface VoterList {
  readonly validators: readonly {
    readonly address: Uint8Array
    readonly publicKey: Uint8Array
  }[]
}

/**
 * The key that a vote of this height, or a late precommit of the one before, has to be signed by;
 * undefined if it is of another height, or its index and address are not of one validator.
 */
export function signerOf(voters: VotersOfRound, vote: Vote): Uint8Array | undefined {
  const isLate = vote.height + 1n === voters.height && vote.type === 'precommit'
  if (vote.height !== voters.height && !isLate) return undefined
  const { validators } = isLate ? voters.chain.lastValidators : voters.validators
  const validator = validators[vote.validatorIndex]
  if (validator === undefined || !equalBytes(validator.address, vote.validatorAddress))
    return undefined
  return validator.publicKey
}

/** The verdict on each of many votes, at the price of a batch: the vote, or undefined. */
export function verifyVotes(
  { dialect, chainId }: SignatureView,
  votes: readonly VoteOfKey[],
): readonly (Verified<Vote> | undefined)[] {
  const verdicts = dialect.verifyAll(votes.map((each) => signedVote(chainId, each)))
  return verdicts.map((isValid, i) => (isValid ? (votes[i]!.vote as Verified<Vote>) : undefined))
}

/** The vote, if its signature is valid. */
export function verifyVote(view: SignatureView, vote: VoteOfKey): Verified<Vote> | undefined {
  const isValid = view.dialect.verify(signedVote(view.chainId, vote))
  return isValid ? (vote.vote as Verified<Vote>) : undefined
}

/** The proposal, if its signature is valid. */
export function verifyProposal(
  { dialect, chainId }: SignatureView,
  proposal: Proposal,
  publicKey: Uint8Array,
): Verified<Proposal> | undefined {
  const { signature } = proposal
  const message = canonicalProposalBytes(chainId, proposal)
  const isValid = dialect.verify({ publicKey, message, signature })
  return isValid ? (proposal as Verified<Proposal>) : undefined
}

function signedVote(chainId: string, { vote, publicKey }: VoteOfKey): SignedMessage {
  return { publicKey, message: canonicalVoteBytes(chainId, vote), signature: vote.signature }
}
