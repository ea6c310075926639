import { definePlainErrors } from '@wadi/base/errors'
import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, int32, int64 } from '@wadi/protobuf/scalars'
import { BlockId } from './blockId.ts'
import { Timestamp } from './timestamp.ts'

const errors = definePlainErrors('proposal', { otherType: 'a message of another type' })

/** The type of a proposal among signed messages. */
export const PROPOSAL_TYPE = 32

const TypedProposal = message({
  type: field(1, int32),
  height: field(2, int64),
  round: field(3, int32),
  polRound: field(4, int32),
  blockId: field(5, embedded(BlockId)),
  timestamp: field(6, embedded(Timestamp)),
  signature: field(7, bytes),
})

/** A proposer's block for a round; `polRound` is where two thirds prevoted for it, or −1. */
export type Proposal = Omit<Infer<typeof TypedProposal>, 'type'>
export const Proposal: Schema<Proposal> = mapped(TypedProposal, {
  from({ type, ...proposal }): Proposal {
    if (type !== PROPOSAL_TYPE) throw errors.otherType(String(type))
    return proposal
  },
  to: (proposal) => ({ ...proposal, type: PROPOSAL_TYPE }),
})
