/** What core keeps, answers and tells. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { rustEnum, UNIT } from '@wadi/cbor/oneOf'
import { bool, bytes, text, u8, u32, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Version } from '@wadi/primitives/version'
import { SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { value } from '../../codec.ts'
import { eventKind } from '../../events.ts'
import { Amounts } from '../../types/token.ts'
import { CallerAddress, CallResult, Transaction } from '../../types/transaction.ts'

export const GasCosts = struct({
  txByte: u64,
  storageByte: u64,
  authSignature: u64,
  authMultisigSigner: u64,
  callformatX25519Deoxysii: u64,
})
export type GasCosts = Infer<typeof GasCosts>

/** The lowest price of gas follows how full blocks are. */
export const DynamicMinGasPrice = struct({
  enabled: bool,
  targetBlockGasUsagePercentage: u8,
  minPriceMaxChangeDenominator: u8,
})
export type DynamicMinGasPrice = Infer<typeof DynamicMinGasPrice>

export const Parameters = struct({
  maxBatchGas: u64,
  maxTxSize: u32,
  maxTxSigners: u32,
  maxMultisigSigners: u32,
  gasCosts: GasCosts,
  minGasPrice: Amounts,
  dynamicMinGasPrice: DynamicMinGasPrice,
})
export type Parameters = Infer<typeof Parameters>

/** What a node's operator may say. */
export const LocalConfig = struct({
  minGasPrice: omitEmpty(Amounts),
  maxEstimatedGas: omitEmpty(u64),
  estimateGasSearchMaxIters: omitEmpty(u64),
})
export type LocalConfig = Infer<typeof LocalConfig>

/** Versions of the state, by module; that of the whole under no name. */
export const Metadata = struct({ versions: mapOf(text, u32) })
export type Metadata = Infer<typeof Metadata>

/** Who waits for the result of a message. */
const MessageHookFields = struct({ hookName: text, payload: value })
export const MessageHooks = mapOf(u32, MessageHookFields)

export const EstimateGasQuery = struct({
  caller: optional(CallerAddress),
  tx: Transaction,
  propagateFailures: omitEmpty(bool),
})
export type EstimateGasQuery = Infer<typeof EstimateGasQuery>

export const CallDataPublicKey = struct({ publicKey: SignedPublicKey, epoch: u64 })
export type CallDataPublicKey = Infer<typeof CallDataPublicKey>

const MethodKind = rustEnum({ call: UNIT, query: UNIT, message_result: UNIT })
const MethodInfo = struct({ kind: MethodKind, name: text })
export const ModuleInfo = struct({ version: u32, params: value, methods: list(MethodInfo) })
export type ModuleInfo = Infer<typeof ModuleInfo>

export const RuntimeInfo = struct({
  runtimeVersion: Version,
  stateVersion: u32,
  modules: mapOf(text, ModuleInfo),
})
export type RuntimeInfo = Infer<typeof RuntimeInfo>

export const ExecuteReadOnlyQuery = struct({ tx: bytes })
export const ExecuteReadOnlyResult: Schema<{ readonly result: CallResult }> = struct({
  result: CallResult,
})

/** How much gas a transaction used. */
export const GasUsed = eventKind('core', 1, struct({ amount: u64 }))
