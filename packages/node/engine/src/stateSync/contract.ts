/** What state sync needs, and what it gives. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Application } from '@wadi/contracts/application'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import type { BlockStore, StateStore } from '../stores/contract.ts'

/**
 * Somebody who has light blocks. None of what it answers is trusted, and it may not answer at all.
 * An answer may come before the call returns, or much later.
 */
export interface LightBlockProvider {
  /** For logs. */
  readonly name: string
  /** Once it was reported somebody else answers in its place, so it is never let go. */
  readonly isReplaced?: boolean
  /** The light block of a height; of the newest block, for height 0. */
  fetchLightBlock(height: bigint, answer: (found: LightAnswer) => void): void
  /** The parameters that the block of a height was made under; undefined: it cannot say. */
  fetchParams(height: bigint, answer: (found: ConsensusParams | undefined) => void): void
  /** It may be a full node, which has the guilty punished. */
  reportEvidence(evidence: LightClientAttackEvidence): void
  /** It gave something that is not of the chain, or what others say otherwise. */
  reportBad(why: string): void
}

/** What an operator knows of the chain, and how patient state sync is. */
export interface StateSyncConfig {
  readonly chainId: string
  /** Of genesis. */
  readonly initialHeight: bigint
  /** A block that is known to be of the chain. */
  readonly trustHeight: bigint
  readonly trustHash: Uint8Array
  /** Validators can be punished for so long; half of their unbonding time, say. */
  readonly trustPeriodMs: number
  /** How long to listen for snapshots before the best one is taken. */
  readonly discoveryMs: number
}

/** What serving snapshots needs. */
export interface StateSyncParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
  readonly dialect: SignatureDialect
  readonly application: Application
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
}

/** What fetching a state needs beside that. */
export interface StateSyncRequest {
  readonly config: StateSyncConfig
  /** The first one is asked, the others are witnesses; at least one of all has to be honest. */
  readonly providers: readonly LightBlockProvider[]
  /** The stores begin at this state. Not told before `sync` returns. */
  readonly onSynced: (chain: ChainState) => void
  /** It cannot be done: the application refuses everything, or nobody can be believed. */
  readonly onFailed: (error: Error) => void
}
