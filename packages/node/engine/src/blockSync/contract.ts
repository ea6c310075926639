/** What block sync needs, and what it gives. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { BlockStore } from '../stores/contract.ts'
import type { BlockSyncInstruments } from './metrics.ts'

/** What of the executor block sync needs. */
export interface BlockApplier {
  /** Throws if a decided block breaks the rules: then the node has to stop. */
  checkDecided(chain: ChainState, block: Block): void
  /** Runs a decided block; gives the chain after it. */
  apply(chain: ChainState, blockId: BlockId, block: Block): ChainState
}

/** A node that knows what its peers know. */
export interface CaughtUp {
  readonly chain: ChainState
  /** How many blocks were fetched and applied; the log of consensus knows nothing of those. */
  readonly blockCount: bigint
}

/** What block sync runs on. */
export interface BlockSyncParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
  readonly metrics: BlockSyncInstruments
  readonly dialect: SignatureDialect
  readonly executor: BlockApplier
  readonly blockStore: BlockStore
  /** Of our validator key; undefined: we only follow. */
  readonly ownAddress: Uint8Array | undefined
  /** Told once for each start, never before `start` has returned. */
  readonly onCaughtUp: (caughtUp: CaughtUp) => void
}
