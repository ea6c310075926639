/** What the nodes of a committee say that came out of a round. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, u8, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { Message } from './messages.ts'

/** Why a node has no result. */
export const FAILURES = { none: 0, unknown: 1, stateUnavailable: 2 } as const

/** The results of a round. The hash of this is what a node votes for. */
export const ComputeResultsHeader = struct({
  round: u64,
  previousHash: Hash,
  ioRoot: optional(Hash),
  stateRoot: optional(Hash),
  messagesHash: optional(Hash),
  inMsgsHash: optional(Hash),
  inMsgsCount: omitEmpty(u32),
})
export type ComputeResultsHeader = Infer<typeof ComputeResultsHeader>

/** What a node signs: whose proposal it executed, and what came out. */
export const ExecutorCommitmentHeader = struct({
  schedulerId: PublicKey,
  header: ComputeResultsHeader,
  failure: omitEmpty(u8),
  rakSig: optional(RawSignature),
})
export type ExecutorCommitmentHeader = Infer<typeof ExecutorCommitmentHeader>

/** A node's vote for a result; the scheduler's brings the messages along. */
export const ExecutorCommitment = struct({
  nodeId: PublicKey,
  header: ExecutorCommitmentHeader,
  sig: RawSignature,
  messages: omitEmpty(list(Message)),
})
export type ExecutorCommitment = Infer<typeof ExecutorCommitment>

/** What the scheduler signs: upon which block, and which batch. */
export const ProposalHeader = struct({ round: u64, previousHash: Hash, batchHash: Hash })
export type ProposalHeader = Infer<typeof ProposalHeader>

/** What the scheduler of a round proposes to execute. */
export const Proposal = struct({
  nodeId: PublicKey,
  header: ProposalHeader,
  sig: RawSignature,
  batch: omitEmpty(list(Hash)),
  batchSig: optional(RawSignature),
})
export type Proposal = Infer<typeof Proposal>

/** What was committed for one scheduler's proposal. A vote of undefined stands for a failure. */
export const SchedulerCommitment = struct({
  commitment: optional(ExecutorCommitment),
  votes: omitEmpty(mapOf(PublicKey, nilable(Hash))),
})
export type SchedulerCommitment = Infer<typeof SchedulerCommitment>

/** All commitments of a round so far, by the rank of the scheduler. */
export const CommitmentPool = struct({
  highestRank: omitEmpty(u64),
  // COMPAT(oasis-core): the values are pointers, and null is kept; no rule writes it.
  schedulerCommitments: omitEmpty(mapOf(u64, nilable(SchedulerCommitment))),
  discrepancy: omitEmpty(bool),
})
export type CommitmentPool = Infer<typeof CommitmentPool>
