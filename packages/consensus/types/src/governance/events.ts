/** What governance tells. */

import type { Infer } from '@wadi/cbor/codec'
import { i64, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { ProposalState, Vote } from './types.ts'

/** Somebody made a proposal and left a deposit. */
export const ProposalSubmittedEvent = struct({ id: u64, submitter: Address })
export type ProposalSubmittedEvent = Infer<typeof ProposalSubmittedEvent>

/** A proposal that had passed was carried out. */
export const ProposalExecutedEvent = struct({ id: u64 })
export type ProposalExecutedEvent = Infer<typeof ProposalExecutedEvent>

/** The votes on a proposal were counted. */
export const ProposalFinalizedEvent = struct({ id: u64, state: ProposalState })
export type ProposalFinalizedEvent = Infer<typeof ProposalFinalizedEvent>

/** Somebody voted, perhaps again. */
export const VoteEvent = struct({ id: u64, submitter: Address, vote: Vote })
export type VoteEvent = Infer<typeof VoteEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = {
  proposal_submitted: ProposalSubmittedEvent,
  proposal_executed: ProposalExecutedEvent,
  proposal_finalized: ProposalFinalizedEvent,
  vote: VoteEvent,
} as const

/** An event as the API gives it. */
export const Event = struct({
  height: omitEmpty(i64),
  txHash: omitEmpty(Hash),
  proposalSubmitted: optional(ProposalSubmittedEvent),
  proposalExecuted: optional(ProposalExecutedEvent),
  proposalFinalized: optional(ProposalFinalizedEvent),
  vote: optional(VoteEvent),
})
export type Event = Infer<typeof Event>
