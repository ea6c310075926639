/** What the engine asks of its stores. None of it waits; what is written is durable on return. */

import type { EndBlockResponse, Event, TxResult } from '@wadi/contracts/application'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { Block, BlockMeta } from '@wadi/tendermint/types/block'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { Part } from '@wadi/tendermint/types/part'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'

/** A block as it is stored, with the commit that decided it here. */
export interface DecidedBlock {
  readonly block: Block
  /** All of them, in their order. */
  readonly parts: readonly Part[]
  /** The precommits that this node saw; the next block may carry others. */
  readonly seenCommit: Commit
}

/** Decided blocks from `base` to `height`. What is damaged on disk reads as missing. */
export interface BlockStore {
  /** The lowest block that is here; 0 if there is none. */
  readonly base: bigint
  /** The highest block that is here; 0 if there is none. */
  readonly height: bigint
  /**
   * Blocks between base and height that cannot be read, lowest first. `repair` takes them from a
   * peer. A list of at most `DAMAGED_BLOCKS_MAX`, the highest of them, and then of the others.
   */
  readonly damaged: readonly bigint[]
  /**
   * Stores the block after the highest (any block, if there is none yet). One that is higher leaves
   * a gap, which is damaged: so a node goes on whose last blocks are lost.
   */
  save(decided: DecidedBlock): void
  /** Stores a block again that is damaged here. */
  repair(decided: DecidedBlock): void
  /** A commit without its block, as a node has it that state-synced. */
  saveSeenCommit(commit: Commit): void
  loadBlock(height: bigint): Block | undefined
  /** The block as it came: whoever encodes it anew may have another one. */
  loadBlockBytes(height: bigint): Uint8Array | undefined
  loadMeta(height: bigint): BlockMeta | undefined
  loadMetaByHash(hash: Uint8Array): BlockMeta | undefined
  loadPart(height: bigint, index: number): Part | undefined
  /** The commit of a block as the next block carries it. */
  loadCommit(height: bigint): Commit | undefined
  loadSeenCommit(height: bigint): Commit | undefined
  /** Forgets the blocks below a height; returns how many. */
  prune(retainHeight: bigint): number
  close(): void
}

/** What an application answered to a block. */
export interface BlockResponses {
  readonly beginBlockEvents: readonly Event[]
  readonly results: readonly TxResult[]
  readonly endBlock: EndBlockResponse
}

/** The state of the chain after the last block, and what is needed of earlier ones. */
export interface StateStore {
  /** The state that was saved last. */
  load(): ChainState | undefined
  /** Saves a state, and with it the validators and parameters that it brings. */
  save(state: ChainState): void
  /** Begins with a state that other nodes vouch for. */
  bootstrap(state: ChainState): void
  /** The validators that decide the block of a height, with its turns, if they are known. */
  loadValidators(height: bigint): ValidatorSet | undefined
  /**
   * The same validators with turns of some earlier height. Nothing that is hashed or verified
   * depends on turns, and counting a hundred thousand takes a quarter of a second.
   */
  loadVoters(height: bigint): ValidatorSet | undefined
  /**
   * The same validators with their turns counted as the chain did, one height after the other: for
   * who has lost the state itself.
   */
  loadTurns(height: bigint): ValidatorSet | undefined
  /** The parameters that a block of a height is made under. */
  loadConsensusParams(height: bigint): ConsensusParams | undefined
  /** Written after a block ran and before the application commits it. */
  saveResponses(height: bigint, responses: BlockResponses): void
  loadResponses(height: bigint): BlockResponses | undefined
  /** Forgets what only heights below this one need. */
  prune(retainHeight: bigint): void
  close(): void
}
