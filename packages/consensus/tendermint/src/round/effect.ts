/**
 * What the machine wants done. The shell carries effects out in their order, before it steps on.
 */

import type { Moment } from '@wadi/primitives/moment'
import type { BitArray } from '../types/bitArray.ts'
import type { Block } from '../types/block.ts'
import type { BlockId, PartSetHeader } from '../types/blockId.ts'
import type { Commit } from '../types/commit.ts'
import type { Part } from '../types/part.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'
import type { Candidate } from './candidate.ts'
import type { Sender, Verdict } from './input.ts'
import type { RoundStep } from './roundStep.ts'
import type { Timeout } from './timeouts.ts'
import type { Trace } from './trace.ts'

/**
 * Sign with our key, under the rules of the last signature, and hand it back as an input without a
 * sender, or as `failed`. The input is durable in the log before anything leaves.
 */
export interface SignVoteEffect {
  readonly kind: 'sign-vote'
  readonly vote: Omit<Vote, 'signature'>
}

/** As {@link SignVoteEffect}; the parts follow the proposal as inputs without a sender. */
export interface SignProposalEffect {
  readonly kind: 'sign-proposal'
  readonly proposal: Omit<Proposal, 'signature'>
  readonly parts: readonly Part[]
}

/** It is our turn, and there is no block to propose again. Answered by `block-made` or `failed`. */
export interface MakeBlockEffect {
  readonly kind: 'make-block'
  readonly height: bigint
  readonly round: number
  /** Undefined for the first block of a chain. */
  readonly lastCommit: Commit | undefined
  readonly proposerAddress: Uint8Array
}

/**
 * Answered by `block-checked`. For a prevote: the chain's rules, then the application. For a
 * precommit the application is not asked: others have outvoted it.
 */
export interface CheckBlockEffect {
  readonly kind: 'check-block'
  readonly stage: 'prevote' | 'precommit'
  readonly height: bigint
  readonly candidate: Candidate
}

/**
 * There is one timer: it is set anew, if `replacesTimeout` says so, and otherwise left alone.
 * At its end comes `timeout`.
 */
export interface ScheduleEffect {
  readonly kind: 'schedule'
  readonly timeout: Timeout
}

/** Tell all peers where we are. */
export interface TellRoundStepEffect {
  readonly kind: 'tell-round-step'
  readonly height: bigint
  readonly round: number
  readonly step: RoundStep
  readonly startTime: Moment
  /** -1 before the second block. */
  readonly lastCommitRound: number
}

/** Tell all peers which block is (about to be) agreed on, and what we lack of it. */
export interface TellValidBlockEffect {
  readonly kind: 'tell-valid-block'
  readonly height: bigint
  readonly round: number
  readonly partSetHeader: PartSetHeader
  readonly parts: BitArray
  readonly isCommit: boolean
}

/** Tell all peers that we have a vote. */
export interface TellHasVoteEffect {
  readonly kind: 'tell-has-vote'
  readonly vote: Vote
}

/**
 * The height is decided: store the block and its commit, apply it, and come back with `new-height`.
 * An invalid or unchecked block is for the shell to check; if it is invalid, more than a third lie,
 * and the node stops.
 */
export interface DecideEffect {
  readonly kind: 'decide'
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: readonly Part[]
  readonly commit: Commit
  readonly verdict: Verdict | undefined
}

/** A validator signed two things where it may sign one. */
export interface ReportEquivocationEffect {
  readonly kind: 'report-equivocation'
  readonly voteA: Vote
  readonly voteB: Vote
}

/** A peer sent something that was new to us. */
export interface AcceptedEffect {
  readonly kind: 'accepted'
  readonly what: 'vote' | 'block-part'
  readonly sender: Sender
}

/** A peer did what no honest program does. */
export interface OffenceEffect {
  readonly kind: 'offence'
  readonly peer: string
  readonly why: string
}

/** For logs and metrics only. */
export interface TraceEffect {
  readonly kind: 'trace'
  readonly trace: Trace
}

export type Effect =
  | SignVoteEffect
  | SignProposalEffect
  | MakeBlockEffect
  | CheckBlockEffect
  | ScheduleEffect
  | TellRoundStepEffect
  | TellValidBlockEffect
  | TellHasVoteEffect
  | DecideEffect
  | ReportEquivocationEffect
  | AcceptedEffect
  | OffenceEffect
  | TraceEffect
