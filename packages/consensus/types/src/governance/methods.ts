/** What transactions ask of governance. */

import type { Infer } from '@wadi/cbor/codec'
import { u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { ProposalContent, Vote } from './types.ts'

/** Body of governance.CastVote. */
export const CastVote = struct({ id: u64, vote: Vote })
export type CastVote = Infer<typeof CastVote>

/** Bodies by the name of the method. */
export const methodBodies = {
  'governance.SubmitProposal': ProposalContent,
  'governance.CastVote': CastVote,
} as const
