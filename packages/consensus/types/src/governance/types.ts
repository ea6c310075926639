/** What governance keeps in the state: proposals and votes. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bool, raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Epoch } from '@wadi/primitives/epoch'
import { Quantity } from '@wadi/primitives/quantity'
import { GasCosts } from '../gas.ts'
import { nilOrEmpty } from '../nilOrEmpty.ts'
import { UpgradeDescriptor } from '../upgrade/types.ts'

/** Where a proposal stands: all but `active` are final. */
export const ProposalState = namedInteger(u8, { active: 1, passed: 2, rejected: 3, failed: 4 })
export type ProposalState = Infer<typeof ProposalState>

/** What a validator's entity thinks of a proposal. */
export const Vote = namedInteger(u8, { yes: 1, no: 2, abstain: 3 })
export type Vote = Infer<typeof Vote>

/** What a proposal says of itself, for people. */
export const ProposalMetadata = struct({ title: text, description: omitEmpty(text) })
export type ProposalMetadata = Infer<typeof ProposalMetadata>

/** Takes back an upgrade that passed but has not begun. */
export const CancelUpgradeProposal = struct({ proposalId: u64 })
export type CancelUpgradeProposal = Infer<typeof CancelUpgradeProposal>

/** Changes of a service's parameters; their type follows from the module. */
export const ChangeParametersProposal = struct({ module: text, changes: raw })
export type ChangeParametersProposal = Infer<typeof ChangeParametersProposal>

/** What is proposed. The reference decodes any combination and refuses the wrong ones later. */
export const ProposalContent = struct({
  metadata: optional(ProposalMetadata),
  upgrade: optional(UpgradeDescriptor),
  cancelUpgrade: optional(CancelUpgradeProposal),
  changeParameters: optional(ChangeParametersProposal),
})
export type ProposalContent = Infer<typeof ProposalContent>

/** A proposal, its deposit, and its votes once they are counted. */
export const Proposal = struct({
  id: u64,
  submitter: Address,
  state: ProposalState,
  deposit: Quantity,
  content: ProposalContent,
  createdAt: Epoch,
  closesAt: Epoch,
  // The reference asks whether they are there, not whether they are empty.
  results: nilOrEmpty(mapOf(Vote, Quantity)),
  invalidVotes: omitEmpty(u64),
})
export type Proposal = Infer<typeof Proposal>

/** Who voted how. */
export const VoteEntry = struct({ voter: Address, vote: Vote })
export type VoteEntry = Infer<typeof VoteEntry>

/** What a proposal costs, how long it is open, and what it needs to pass. */
export const Parameters = struct({
  gasCosts: omitEmpty(GasCosts),
  minProposalDeposit: omitEmpty(Quantity),
  votingPeriod: omitEmpty(Epoch),
  /** In percent. */
  stakeThreshold: omitEmpty(u8),
  upgradeMinEpochDiff: omitEmpty(Epoch),
  upgradeCancelMinEpochDiff: omitEmpty(Epoch),
  enableChangeParametersProposal: omitEmpty(bool),
  allowVoteWithoutEntity: omitEmpty(bool),
  allowProposalMetadata: omitEmpty(bool),
})
export type Parameters = Infer<typeof Parameters>

/** Governance's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): these are pointers and slices: null stays, and the genesis hash shows it.
  proposals: omitEmpty(list(nilable(Proposal))),
  voteEntries: omitEmpty(mapOf(u64, nilable(list(nilable(VoteEntry))))),
})
export type Genesis = Infer<typeof Genesis>
