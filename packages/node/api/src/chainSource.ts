/**
 * What answers are made of, whoever has it: a running node, an archive, a test. Nothing of it
 * waits. The engine's stores are such stores.
 */

import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type {
  CheckTxResponse,
  EndBlockResponse,
  Event,
  TxResult,
} from '@wadi/contracts/application'
import type { Tree } from '@wadi/mkvs/tree'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Gas, Transaction } from '@wadi/primitives/transaction'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import type { Block, BlockMeta } from '@wadi/tendermint/types/block'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'

/** Decided blocks. */
export interface StoredBlocks {
  /** The lowest that is here; 0 if there is none. */
  readonly base: bigint
  /** The highest that is here; 0 if there is none. */
  readonly height: bigint
  loadBlock(height: bigint): Block | undefined
  loadMeta(height: bigint): BlockMeta | undefined
  /** The commit of a block as the next block carries it. */
  loadCommit(height: bigint): Commit | undefined
  /** The commit of a block as it was seen here. */
  loadSeenCommit(height: bigint): Commit | undefined
}

/** What an application answered to a block. */
export interface StoredResponses {
  readonly beginBlockEvents: readonly Event[]
  readonly results: readonly TxResult[]
  readonly endBlock: Pick<EndBlockResponse, 'events'>
}

/** What is kept of a chain beside its blocks. */
export interface StoredStates {
  /** Who decides the block of a height, and whose turn it is. */
  loadValidators(height: bigint): ValidatorSet | undefined
  loadConsensusParams(height: bigint): ConsensusParams | undefined
  loadResponses(height: bigint): StoredResponses | undefined
}

/** What became of a transaction that somebody waits for. */
export type SubmittedFate =
  | { readonly kind: 'committed'; readonly height: bigint; readonly result: TxResult }
  | { readonly kind: 'rejected'; readonly response: CheckTxResponse }
  | { readonly kind: 'evicted' }

/** What a mempool says of a transaction. */
export interface SubmittedCheck {
  readonly response: CheckTxResponse
  /** Why it does not wait for a block although it passed. */
  readonly notAdded: string | undefined
}

/** What only a node has that goes on. An archive has none of it. */
export interface LiveChain {
  /** Has the node come to where its chain is, now or before? */
  readonly isSynced: boolean
  /** Where agreement is; undefined while the node catches up. */
  readonly rounds: RoundState | undefined
  /** Gives a transaction to the mempool; throws if it does not even look at it. */
  checkTx(
    transaction: Uint8Array,
    origin: { readonly onFate?: (fate: SubmittedFate) => void },
  ): SubmittedCheck
  /** The transactions that wait, the most urgent first. */
  unconfirmed(): readonly Uint8Array[]
  estimateGas(signer: PublicKey, transaction: Transaction): Gas
  /** Takes evidence in; throws if it proves nothing. */
  addEvidence(evidence: Evidence): void
}

/** A chain as far as it is here. */
export interface ChainSource {
  readonly document: GenesisDocument
  readonly chainContext: string
  /** The last height whose state is here; 0 before the first block. */
  readonly lastHeight: bigint
  readonly blocks: StoredBlocks
  readonly states: StoredStates
  /** The state after a block, good until the next turn; consensus/3 if it is not kept. */
  stateAt(height: bigint): Tree
  readonly live: LiveChain | undefined
  /** A block has been added, or the node has come to where its peers are. */
  renew?(): void
}
