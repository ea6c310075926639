/** Everything that can happen to a round: the machine knows of nothing else. */

import type { Verified } from '@wadi/primitives/verified'
import type { Block } from '../types/block.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Commit } from '../types/commit.ts'
import type { Part } from '../types/part.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'
import type { ChainFacts } from './roundState.ts'
import type { RoundConfig, Timeout } from './timeouts.ts'

/** Who sent it; undefined: we did, with our own key. */
export type Sender = string | undefined

/** The block before was applied: its successor is to be agreed on. */
export interface NewHeightInput {
  readonly kind: 'new-height'
  readonly chain: ChainFacts
}

/** A proposal whose signature is the proposer's of our height and round; others are ignored. */
export interface ProposalInput {
  readonly kind: 'proposal'
  readonly proposal: Verified<Proposal>
  readonly sender: Sender
}

/** A part of a block. Its proof is checked here. */
export interface BlockPartInput {
  readonly kind: 'block-part'
  readonly height: bigint
  readonly round: number
  readonly part: Part
  readonly sender: Sender
}

/** A vote whose signature is that of the validator whom `signerOf` names. */
export interface VoteInput {
  readonly kind: 'vote'
  readonly vote: Verified<Vote>
  readonly sender: Sender
}

/** A timeout that an effect asked for. A stale one does nothing. */
export interface TimeoutInput {
  readonly kind: 'timeout'
  readonly timeout: Pick<Timeout, 'height' | 'round' | 'step'>
}

/** The answer to `make-block`. */
export interface BlockMadeInput {
  readonly kind: 'block-made'
  readonly height: bigint
  readonly round: number
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: readonly Part[]
}

/**
 * What became of a check. `invalid`: the rules of the chain forbid the block; `rejected`: they do
 * not, but our application would not vote for it.
 */
export type Verdict = 'valid' | 'invalid' | 'rejected'

/** The answer to `check-block`. */
export interface BlockCheckedInput {
  readonly kind: 'block-checked'
  readonly height: bigint
  /** Another encoding of the same block is another block: nobody has looked at its parts. */
  readonly blockId: BlockId
  readonly verdict: Verdict
}

/** An effect came to nothing. Nothing is tried again: the round goes on without. */
export interface FailedInput {
  readonly kind: 'failed'
  readonly what: 'make-block' | 'sign-proposal' | 'sign-vote'
  /** Constant, for logs. */
  readonly why: string
}

/** There is something to put into a block. */
export interface TransactionsAvailableInput {
  readonly kind: 'transactions-available'
  readonly height: bigint
}

/** A peer says that more than two thirds voted for one thing. */
export interface MajorityClaimInput {
  readonly kind: 'majority-claim'
  readonly height: bigint
  readonly round: number
  readonly type: Vote['type']
  readonly blockId: BlockId | undefined
  readonly peer: string
}

/** A peer is connected no more: what it may occupy is free for others. */
export interface PeerGoneInput {
  readonly kind: 'peer-gone'
  readonly peer: string
}

export type Input =
  | NewHeightInput
  | ProposalInput
  | BlockPartInput
  | VoteInput
  | TimeoutInput
  | BlockMadeInput
  | BlockCheckedInput
  | FailedInput
  | TransactionsAvailableInput
  | MajorityClaimInput
  | PeerGoneInput

/** What a machine begins with: our part, a state of the chain, and why its last block is final. */
export interface RoundStart {
  readonly config: RoundConfig
  /** Of our key, if we have one. */
  readonly ownAddress: Uint8Array | undefined
  /** Below this height nothing is signed: what we signed there may be forgotten. */
  readonly signsFromHeight: bigint
  readonly chain: ChainFacts
  /** Of the last block, from our own store; undefined before the first block. */
  readonly lastCommit: Commit | undefined
}
