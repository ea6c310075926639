/** What transactions ask of roothash. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { Quantity } from '@wadi/primitives/quantity'
import { ExecutorCommitment, Proposal } from './commitments.ts'

/** Body of roothash.ExecutorCommit. */
export const ExecutorCommit = struct({ id: Namespace, commits: nilable(list(ExecutorCommitment)) })
export type ExecutorCommit = Infer<typeof ExecutorCommit>

/** Two commitments of one node for the same round that differ. */
export const EquivocationExecutor = struct({
  commitA: ExecutorCommitment,
  commitB: ExecutorCommitment,
})
export type EquivocationExecutor = Infer<typeof EquivocationExecutor>

/** Two proposals of one node for the same round that differ. */
export const EquivocationProposal = struct({ propA: Proposal, propB: Proposal })
export type EquivocationProposal = Infer<typeof EquivocationProposal>

/** Body of roothash.Evidence: one of the two kinds. */
export const Evidence = struct({
  id: Namespace,
  equivocationExecutor: optional(EquivocationExecutor),
  equivocationProp: optional(EquivocationProposal),
})
export type Evidence = Infer<typeof Evidence>

/** Body of roothash.SubmitMsg: a message for a runtime. */
export const SubmitMsg = struct({
  id: Namespace,
  tag: omitEmpty(u64),
  fee: omitEmpty(Quantity),
  tokens: omitEmpty(Quantity),
  data: omitEmpty(bytes),
})
export type SubmitMsg = Infer<typeof SubmitMsg>

/** Bodies by the name of the method. */
export const methodBodies = {
  'roothash.ExecutorCommit': ExecutorCommit,
  'roothash.Evidence': Evidence,
  'roothash.SubmitMsg': SubmitMsg,
} as const
