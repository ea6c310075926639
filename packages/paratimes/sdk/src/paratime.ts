/** A ParaTime: a list of modules, and little else. */

import type { Address } from '@wadi/primitives/address'
import type { Version } from '@wadi/primitives/version'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import type { CallKeys } from './frame/callKeys.ts'
import type { Frame } from './frame/frame.ts'
import type { Module } from './module.ts'
import type { Transaction } from './types/transaction.ts'

/** How batches are made. */
export interface ScheduleControl {
  /** Transactions with which the host begins. */
  readonly initialBatchSize: number
  /** Transactions that are asked for whenever there is room for more. */
  readonly batchSize: number
  /** With less gas than this left, the batch is full. */
  readonly minRemainingGas: bigint
  readonly maxTxCount: number
}

/** The reference's. */
export const SCHEDULE_CONTROL: ScheduleControl = {
  initialBatchSize: 50,
  batchSize: 50,
  minRemainingGas: 1_000n,
  maxTxCount: 1_000,
}

/** What may differ between ParaTimes that have the same modules. */
export interface Paratime {
  readonly version: Version
  /** Whenever it grows by one, `migrateState` runs once. */
  readonly stateVersion: number
  /** In the order in which their hooks run. Core and accounts are among them. */
  readonly modules: readonly Module[]
  readonly migrateState?: (frame: Frame) => void
  readonly schedule?: Partial<ScheduleControl>
  /** How far in the future a nonce may be when a transaction is checked. */
  readonly checkNonceFutureMax?: bigint
  /** Who pays instead of the first signer, if somebody does. */
  readonly resolvePayer?: (frame: Frame, transaction: Transaction) => Address | undefined
  /** Without keys, calls cannot be encrypted; `keyManagerKeys` has those of a key manager. */
  readonly callKeys?: (context: RuntimeContext) => CallKeys | undefined
  /** Methods that need not pay the lowest price of gas. */
  readonly priceExemptMethods?: ReadonlySet<string>
  /** Whether it is told, and shown in errors, how much gas was used. */
  readonly gasUse?: 'told' | 'hidden'
  /** Gas that estimates of failing calls are larger by, by method. */
  readonly estimateExtraOnFailure?: ReadonlyMap<string, bigint>
  /** How many times an estimate is halved, unless the operator says otherwise. */
  readonly estimateIterations?: bigint
  readonly interactiveCalls?: 'allowed'
}
