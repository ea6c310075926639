/** Proposals, for people and for programs. */

import { toJson } from '@wadi/cbor/json'
import { type Proposal, ProposalContent, ProposalState, Vote } from '@wadi/consensus/governance'
import type { Json } from '@wadi/node-config/json-output'
import { printAddress } from '@wadi/primitives/address'
import type { Speaker } from '../../words/sayTransaction.ts'
import { tokensJson } from '../../words/tokens.ts'

const STATES = new Map<number, string>(
  Object.entries(ProposalState.names).map(([name, state]) => [state, name]),
)
const VOTES = new Map<number, string>(
  Object.entries(Vote.names).map(([name, vote]) => [vote, name]),
)

/** Where it stands, in a word. */
export function stateText({ state }: Pick<Proposal, 'state'>): string {
  return STATES.get(state) ?? `${state}`
}

/** What somebody thinks of it, in a word. */
export function voteText(vote: Vote): string {
  return VOTES.get(vote) ?? `${vote}`
}

/** What it wants, in a few words. */
export function contentText({ content }: Pick<Proposal, 'content'>): string {
  const { metadata, upgrade, cancelUpgrade, changeParameters } = content
  const title = metadata === undefined ? '' : `${metadata.title}: `
  if (upgrade !== undefined) return `${title}upgrade ${upgrade.handler} in epoch ${upgrade.epoch}`
  if (cancelUpgrade !== undefined)
    return `${title}cancel the upgrade of proposal ${cancelUpgrade.proposalId}`
  return `${title}change parameters of ${changeParameters?.module}`
}

/** A proposal for programs. */
export function proposalJson(
  proposal: Proposal,
  { token }: Speaker,
): { readonly [n: string]: Json } {
  const { id, submitter, deposit, content, createdAt, closesAt, results, invalidVotes } = proposal
  return {
    id,
    submitter: printAddress(submitter),
    state: stateText(proposal),
    deposit: tokensJson(deposit, token),
    content: JSON.parse(toJson(ProposalContent, content)) as Json,
    created_at_epoch: createdAt,
    closes_at_epoch: closesAt,
    results:
      results &&
      Object.fromEntries(Array.from(results, ([vote, power]) => [voteText(vote), `${power}`])),
    invalid_votes: invalidVotes,
  }
}
