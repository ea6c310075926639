/** Signs whatever it is given, with a byzantine validator's own key. */

import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { Means } from './behaviour.ts'

export function signedVote({ chain, own }: Means, vote: Omit<Vote, 'signature'>): Vote {
  const message = canonicalVoteBytes(chain.genesis.chainId, vote)
  return { ...vote, signature: chain.validators[own]!.sign(message) }
}

export function signedProposal(
  { chain, own }: Means,
  proposal: Omit<Proposal, 'signature'>,
): Proposal {
  const unsigned = { ...proposal, signature: new Uint8Array(0) }
  const message = canonicalProposalBytes(chain.genesis.chainId, unsigned)
  return { ...proposal, signature: chain.validators[own]!.sign(message) }
}
