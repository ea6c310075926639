/** Between the engine and the application: the words of ABCI 0.37. */

import type { Moment } from '@wadi/primitives/moment'

/** How far an application is. */
export interface ApplicationInfo {
  /** The last committed block; zero before there is one. */
  readonly height: bigint
  /** Of the state after it; empty before there is one. */
  readonly appHash: Uint8Array
  readonly appVersion: bigint
  /** For people. */
  readonly version: string
}

/** A validator's power from the block after the next on; zero removes it. */
export interface ValidatorUpdate {
  /** Ed25519. */
  readonly publicKey: Uint8Array
  readonly power: bigint
}

/** What a block may contain. What is undefined in an update stays as it is. */
export interface ConsensusParamUpdates {
  readonly block: { readonly maxBytes: bigint; readonly maxGas: bigint } | undefined
  readonly evidence:
    | {
        readonly maxAgeNumBlocks: bigint
        readonly maxAgeDuration: Moment
        readonly maxBytes: bigint
      }
    | undefined
  readonly pubKeyTypes: readonly string[] | undefined
  readonly appVersion: bigint | undefined
}

/** What CometBFT's genesis tells. */
export interface InitChainRequest {
  readonly time: Moment
  readonly chainId: string
  readonly consensusParams: ConsensusParamUpdates
  readonly validators: readonly ValidatorUpdate[]
  /** The application's own genesis document. */
  readonly appState: Uint8Array
  readonly initialHeight: bigint
}

export interface InitChainResponse {
  readonly consensusParams: ConsensusParamUpdates | undefined
  /** Empty: those of the request. */
  readonly validators: readonly ValidatorUpdate[]
  readonly appHash: Uint8Array
}

/** A validator's part in the commit of the block before. */
export interface VoteInfo {
  readonly address: Uint8Array
  readonly power: bigint
  readonly hasSigned: boolean
}

/** What a validator did against the protocol. */
export interface Misbehavior {
  readonly kind: 'duplicate-vote' | 'light-client-attack' | 'unknown'
  readonly address: Uint8Array
  readonly power: bigint
  readonly height: bigint
  readonly time: Moment
  readonly totalVotingPower: bigint
}

/** What a header and a commit say of a block that is proposed or decided. */
export interface BlockContext {
  readonly height: bigint
  readonly time: Moment
  /** Empty while the block is being made. */
  readonly hash: Uint8Array
  readonly proposerAddress: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  /** The round of the commit of the block before. */
  readonly lastCommitRound: number
  readonly lastCommit: readonly VoteInfo[]
  readonly misbehavior: readonly Misbehavior[]
}

/** What is asked of a proposer's application. */
export interface PrepareProposalRequest extends BlockContext {
  readonly transactions: readonly Uint8Array[]
  readonly bytesMax: bigint
}

/** A decided block as it begins. The header, in protobuf, is for applications elsewhere. */
export interface BeginBlockRequest extends BlockContext {
  readonly header: Uint8Array
  /** Those that come next, so that their signatures can be checked at once. */
  readonly transactions: readonly Uint8Array[]
}

export interface EventAttribute {
  readonly key: string
  readonly value: string
  readonly index: boolean
}

export interface Event {
  readonly type: string
  readonly attributes: readonly EventAttribute[]
}

/** What became of a transaction. Code, data and gas are hashed into the next header. */
export interface TxResult {
  readonly code: number
  readonly codespace: string
  readonly data: Uint8Array
  readonly log: string
  readonly gasWanted: bigint
  readonly gasUsed: bigint
  readonly events: readonly Event[]
}

/** Would a transaction be taken in? */
export interface CheckTxResponse {
  readonly code: number
  readonly codespace: string
  readonly data: Uint8Array
  readonly log: string
  readonly gasWanted: bigint
  readonly gasUsed: bigint
  /** Whose it is; empty if nobody says. */
  readonly sender: string
  /** The higher, the sooner. */
  readonly priority: bigint
}

export interface EndBlockResponse {
  readonly validatorUpdates: readonly ValidatorUpdate[]
  readonly consensusParamUpdates: ConsensusParamUpdates | undefined
  readonly events: readonly Event[]
}

export interface CommitResponse {
  /** Of the state after the block: the app hash of the next header. */
  readonly appHash: Uint8Array
  /** Blocks below this height are no longer needed; zero keeps all. */
  readonly retainHeight: bigint
}

/** A state that a node offers to others. */
export interface Snapshot {
  readonly height: bigint
  readonly format: number
  readonly chunks: number
  readonly hash: Uint8Array
  readonly metadata: Uint8Array
}

export type OfferSnapshotResult = 'accept' | 'abort' | 'reject' | 'reject-format' | 'reject-sender'

export interface ApplyChunkResponse {
  readonly result: 'accept' | 'abort' | 'retry' | 'retry-snapshot' | 'reject-snapshot'
  readonly refetchChunks: readonly number[]
  readonly rejectSenders: readonly string[]
}

/**
 * The state machine that a network replicates.
 *
 * Order: `initChain` once, then per height any number of proposals, then `beginBlock`, a
 * `deliverTx` for each transaction, `endBlock`, `commit`. `checkTx` comes between those. What a
 * decided block throws stops the node; a transaction that is wrong has a result with a code.
 */
export interface Application {
  info(): ApplicationInfo
  initChain(request: InitChainRequest): InitChainResponse
  checkTx(transaction: Uint8Array, kind: 'new' | 'recheck'): CheckTxResponse
  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[]
  processProposal(request: BlockContext, transactions: readonly Uint8Array[]): boolean
  beginBlock(request: BeginBlockRequest): readonly Event[]
  deliverTx(transaction: Uint8Array): TxResult
  endBlock(height: bigint): EndBlockResponse
  commit(): CommitResponse
  listSnapshots(): readonly Snapshot[]
  /** Empty if there is none. */
  loadSnapshotChunk(height: bigint, format: number, chunk: number): Uint8Array
  offerSnapshot(snapshot: Snapshot, appHash: Uint8Array): OfferSnapshotResult
  applySnapshotChunk(index: number, chunk: Uint8Array, sender: string): ApplyChunkResponse
}
