/** What the consensus layer itself is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, i64, text, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Quantity } from '@wadi/primitives/quantity'
import { Gas, SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { asked, askedAt, askedFor, grown, Nothing, watched } from '../api.ts'
import { GenesisDocument } from '../genesis/document.ts'
import { Event as GovernanceEvent } from '../governance/events.ts'
import { Event as RegistryEvent } from '../registry/events.ts'
import { Event as RoothashEvent } from '../roothash/events.ts'
import { Event as StakingEvent } from '../staking/events.ts'
import { Block, LightBlock, Validators } from './block.ts'
import { NextBlockState, Status } from './status.ts'
import { Parameters } from './types.ts'

/** The parameters of the consensus layer, and those of CometBFT as its Protocol Buffers. */
export const ParametersAnswer = struct({ height: i64, parameters: Parameters, meta: bytes })
export type ParametersAnswer = Infer<typeof ParametersAnswer>

/** Why a transaction failed; nothing if it did not. */
export const TransactionError = struct({
  module: omitEmpty(text),
  code: omitEmpty(u32),
  message: omitEmpty(text),
})
export type TransactionError = Infer<typeof TransactionError>

/** What one of the services told when a transaction ran. Not all of them are asked. */
export const TransactionEvent = struct({
  staking: optional(StakingEvent),
  registry: optional(RegistryEvent),
  roothash: optional(RoothashEvent),
  governance: optional(GovernanceEvent),
})
export type TransactionEvent = Infer<typeof TransactionEvent>

/** What became of a transaction. */
export const TransactionResult = struct({
  error: TransactionError,
  /** By service, and in order within each. */
  events: grown(TransactionEvent),
  gasUsed: omitEmpty(u64),
})
export type TransactionResult = Infer<typeof TransactionResult>

/** A block's transactions, and what became of each. */
export const TransactionsWithResults = struct({
  transactions: list(bytes),
  results: list(TransactionResult),
})
export type TransactionsWithResults = Infer<typeof TransactionsWithResults>

/** A block's transactions, and an encoded proof for each that it is in the block. */
export const TransactionsWithProofs = struct({ transactions: list(bytes), proofs: list(bytes) })
export type TransactionsWithProofs = Infer<typeof TransactionsWithProofs>

/** A pair of an event as CometBFT has it. */
export const CometAttribute = struct({ key: omitEmpty(text), value: omitEmpty(text) })
export type CometAttribute = Infer<typeof CometAttribute>

/** An event as CometBFT has it. */
export const CometEvent = struct({
  type: omitEmpty(text),
  attributes: omitEmpty(list(CometAttribute)),
})
export type CometEvent = Infer<typeof CometEvent>

/** What became of a transaction, as CometBFT has it. */
export const CometTransactionResult = struct({
  code: omitEmpty(u32),
  data: omitEmpty(bytes),
  log: omitEmpty(text),
  gasWanted: omitEmpty(i64),
  gasUsed: omitEmpty(i64),
  events: omitEmpty(list(CometEvent)),
  codespace: omitEmpty(text),
})
export type CometTransactionResult = Infer<typeof CometTransactionResult>

/** What a block did, as CometBFT has it. */
export const CometBlockResults = struct({
  txsResults: grown(CometTransactionResult),
  beginBlockEvents: grown(CometEvent),
  endBlockEvents: grown(CometEvent),
})
export type CometBlockResults = Infer<typeof CometBlockResults>

/** What the block at a height did. */
export const BlockResults = struct({ height: i64, meta: CometBlockResults })
export type BlockResults = Infer<typeof BlockResults>

/** Whose transaction is to be looked at. */
export const GasQuery = struct({ signer: PublicKey, transaction: nilable(Transaction) })
export type GasQuery = Infer<typeof GasQuery>

/** In which block a transaction is, and the encoded proof of that. */
export const TransactionProof = struct({ height: i64, rawProof: nilable(bytes) })
export type TransactionProof = Infer<typeof TransactionProof>

/** That somebody broke the protocol: CometBFT's evidence as its Protocol Buffers. */
export const EvidenceOffer = struct({ meta: nilable(bytes) })
export type EvidenceOffer = Infer<typeof EvidenceOffer>

/** What states and the results of blocks answer. */
export const calls = {
  'Consensus/StateToGenesis': askedAt(GenesisDocument),
  'Consensus/MinGasPrice': asked(Quantity),
  'Consensus/GetBlockResults': askedAt(BlockResults),
  'Consensus/GetLatestHeight': asked(i64),
  'Consensus/GetLastRetainedHeight': asked(i64),
  'Consensus/GetTransactions': askedAt(list(bytes)),
  'Consensus/GetTransactionsWithResults': askedAt(TransactionsWithResults),
  'Consensus/GetTransactionsWithProofs': askedAt(TransactionsWithProofs),
  'Consensus/GetGenesisDocument': asked(GenesisDocument),
  'Consensus/GetChainContext': asked(text),
  'Consensus/GetParameters': askedAt(ParametersAnswer),
} as const

/** What blocks, validators, the mempool and the node itself answer. */
export const engineCalls = {
  'Consensus/GetBlock': askedAt(Block),
  'Consensus/GetLightBlock': askedAt(LightBlock),
  'Consensus/GetValidators': askedAt(Validators),
  'Consensus/GetNextBlockState': asked(NextBlockState),
  'Consensus/GetStatus': asked(Status),
  'Consensus/GetUnconfirmedTransactions': asked(list(bytes)),
  /** Answered when the transaction is in a block. */
  'Consensus/SubmitTx': askedFor(SignedTransaction, Nothing),
  'Consensus/SubmitTxNoWait': askedFor(SignedTransaction, Nothing),
  'Consensus/SubmitTxWithProof': askedFor(SignedTransaction, TransactionProof),
  'Consensus/EstimateGas': askedFor(GasQuery, Gas),
  'Consensus/SubmitEvidence': askedFor(EvidenceOffer, Nothing),
} as const

export const streams = {
  'Consensus/WatchBlocks': watched(Block),
} as const
