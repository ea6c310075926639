/** Whether a message of the committee's topic is let in, and passed on to others. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import type { Epoch } from '@wadi/primitives/epoch'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { nextRound } from '@wadi/runtime-protocol/block'
import { verifyProposal } from '@wadi/runtime-protocol/commitments/proposal'
import { isMember, schedulerRank } from '@wadi/runtime-protocol/committee'
import type { ProposalInput } from './input.ts'
import { withProposal } from './proposalQueue.ts'
import type { RoundState } from './roundState.ts'

/** What came over the committee's topic. */
export interface CommitteeMessage {
  readonly epoch: Epoch
  readonly proposal: Proposal
}

/**
 * `reject`: it will never be good, nobody else gets it from us. `retry`: it may become good soon;
 * it is passed on, and tried again here.
 */
export type Admission =
  | { readonly verdict: 'accept'; readonly input: ProposalInput }
  | { readonly verdict: 'retry'; readonly why: 'no-committee' | 'next-epoch' | 'queue-full' }
  | {
      readonly verdict: 'reject'
      readonly why:
        | 'past-epoch'
        | 'future-epoch'
        | 'no-member'
        | 'no-scheduler'
        | 'bad-signature'
        | 'past-round'
    }

/** Decides on a message; its author is who published it, by the key of its peer-to-peer side. */
export function admitProposal(
  { config, base, proposals }: RoundState,
  author: PublicKey,
  { epoch, proposal }: CommitteeMessage,
): Admission {
  const committee = base?.committee
  if (base === undefined || committee === undefined)
    return { verdict: 'retry', why: 'no-committee' }
  const { validFor } = committee
  if (epoch < validFor) return { verdict: 'reject', why: 'past-epoch' }
  if (epoch > validFor + 1n) return { verdict: 'reject', why: 'future-epoch' }
  if (epoch > validFor) return { verdict: 'retry', why: 'next-epoch' }
  const node = base.nodes.find(({ p2p }) => equalBytes(p2p.id, author))
  if (node === undefined || !isMember(committee, node.id)) {
    return { verdict: 'reject', why: 'no-member' }
  }
  const { round } = proposal.header
  // The author need not be the scheduler: members pass on what others have signed.
  const rank = schedulerRank(committee, round, proposal.nodeId)
  if (rank === undefined) return { verdict: 'reject', why: 'no-scheduler' }
  if (round < nextRound(base.header)) return { verdict: 'reject', why: 'past-round' }
  try {
    const verified = verifyProposal(config, proposal)
    const isVouched = equalBytes(node.id, proposal.nodeId)
    const input = { kind: 'proposal', proposal: verified, rank, isVouched } as const
    const { isOverflow } = withProposal(proposals, input)
    return isOverflow ? { verdict: 'retry', why: 'queue-full' } : { verdict: 'accept', input }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { verdict: 'reject', why: 'bad-signature' }
  }
}
