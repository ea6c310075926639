/** What governance writes. A proposal goes through here, so that its indices agree. */

import type { Parameters, Proposal, Vote } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import type { Address } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { entriesOf, erase, mark, type State, write } from '../kernel/state.ts'

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes the identifier that the next proposal gets. */
export function setNextProposalId(state: State, id: bigint): void {
  write(state, keys.nextProposalId, [], id)
}

/** Writes a proposal that was closed before the chain began. */
export function setProposal(state: State, proposal: Proposal): void {
  write(state, keys.proposals, [proposal.id], proposal)
}

/** Writes a proposal that may be voted on. */
export function setActiveProposal(state: State, proposal: Proposal): void {
  setProposal(state, proposal)
  mark(state, keys.activeProposals, proposal.closesAt, proposal.id)
}

/** Writes a proposal of which the votes were counted. */
export function setClosedProposal(state: State, proposal: Proposal): void {
  setProposal(state, proposal)
  erase(state, keys.activeProposals, proposal.closesAt, proposal.id)
}

/** Writes a vote; somebody's last one counts. */
export function setVote(state: State, id: bigint, voter: Address, vote: Vote): void {
  write(state, keys.votes, [id, voter], vote)
}

/** Remembers that the upgrade of a proposal is to come. */
export function setPendingUpgrade(state: State, epoch: Epoch, id: bigint): void {
  mark(state, keys.pendingUpgrades, epoch, id)
}

/** Forgets the upgrade of a proposal. */
export function removePendingUpgrade(state: State, epoch: Epoch, id: bigint): void {
  erase(state, keys.pendingUpgrades, epoch, id)
}

/** Forgets all upgrades of an epoch. */
export function removePendingUpgrades(state: State, epoch: Epoch): void {
  for (const [[, id]] of [...entriesOf(state, keys.pendingUpgrades, epoch)])
    removePendingUpgrade(state, epoch, id)
}
