/**
 * Where a node is in agreeing on one block. A value: `step` makes the next one and leaves it as it
 * is.
 */

import type { Moment } from '@wadi/primitives/moment'
import type { Proposal } from '../types/proposal.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import type { BlockParts } from './blockParts.ts'
import type { Candidate } from './candidate.ts'
import type { HeightVotes } from './heightVotes.ts'
import type { RoundStep } from './roundStep.ts'
import type { RoundConfig } from './timeouts.ts'
import type { VoteSet } from './voteSet.ts'

/** What of the chain's state the rounds of one height need. */
export interface ChainFacts {
  readonly initialHeight: bigint
  /** Zero before the first block. */
  readonly lastBlockHeight: bigint
  readonly validators: ValidatorSet
  readonly lastValidators: ValidatorSet
  readonly appHash: Uint8Array
  /** The app hash in the last block's header; undefined if there is none or it is not known. */
  readonly lastHeaderAppHash: Uint8Array | undefined
  /** -1: as many as any block may have. */
  readonly blockBytesMax: bigint
}

/** Our place among a height's validators. */
export interface OwnSeat {
  readonly address: Uint8Array
  readonly index: number
}

/** A block, and the round in which more than two thirds prevoted it. */
export interface BlockInRound {
  readonly round: number
  readonly candidate: Candidate
}

/** A vote that waits for the verdict on a block. */
export interface OwedVotes {
  readonly prevote: boolean
  readonly precommit: boolean
}

export interface RoundState {
  readonly config: RoundConfig
  readonly chain: ChainFacts
  /** Of our key; undefined: we only follow. */
  readonly ownAddress: Uint8Array | undefined
  /** Below this height nothing is signed. */
  readonly signsFromHeight: bigint
  /** Undefined: we do not vote at this height. */
  readonly seat: OwnSeat | undefined

  readonly height: bigint
  readonly round: number
  readonly step: RoundStep
  /** When round 0 begins. */
  readonly startTime: Moment
  /** When more than two thirds of precommits were seen; of the last height until then. */
  readonly commitTime: Moment | undefined

  /** With the proposer of this round. */
  readonly validators: ValidatorSet
  readonly proposal: Proposal | undefined
  /** Collected: of the proposal, or of a block that two thirds voted for. */
  readonly proposalParts: BlockParts | undefined
  readonly proposalBlock: Candidate | undefined
  /** We precommitted it, and prevote nothing else until a later polka. */
  readonly locked: BlockInRound | undefined
  /** The last polka's block: we propose it if it is our turn. */
  readonly valid: BlockInRound | undefined
  /** Own votes of this round that wait for `block-checked`. */
  readonly owed: OwedVotes

  readonly votes: HeightVotes
  /** Whose precommits decide the height. */
  readonly commitRound: number | undefined
  /** `decide` is under way. */
  readonly isDecided: boolean
  /** Precommits of the last height; late ones are added. Undefined before the second block. */
  readonly lastCommit: VoteSet | undefined
  /** The timeout of precommits was scheduled in this round. */
  readonly isPrecommitTimeoutSet: boolean
  /** There is something to put into a block of this height. */
  readonly hasTransactions: boolean
}
