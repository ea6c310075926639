/** The block that is being made: what its header says, and what rules remember until its end. */

import type { Moment } from '@wadi/primitives/moment'
import type { Transaction } from '@wadi/primitives/transaction'
import { type GasAccountant, noGasAccountant } from './gas.ts'

/** How CometBFT names a validator: the first 20 bytes of SHA-256 of its consensus key. */
export type CometAddress = Uint8Array

/** A validator's part in the commit of the block before. */
export interface Vote {
  readonly validator: CometAddress
  /** Not absent. COMPAT(oasis-core): a vote for no block counts as well. */
  readonly hasSigned: boolean
}

/** What a validator was found guilty of. Kinds that nobody knows are ignored. */
export interface Misbehaviour {
  readonly kind: 'duplicate-vote' | 'light-client-attack' | 'unknown'
  readonly validator: CometAddress
  readonly height: bigint
  readonly time: Moment
}

/** What a block's header and evidence say. */
export interface BlockHeader {
  readonly time: Moment
  /** Empty before the first block. */
  readonly proposer: CometAddress
  readonly lastCommit: readonly Vote[]
  readonly misbehaviour: readonly Misbehaviour[]
}

/** A block that is being made. */
export interface Block extends BlockHeader {
  readonly gas: GasAccountant
  /** Is it one of our own that nobody has seen yet? It has no system transactions so far. */
  readonly isBeingProposed: boolean
  /** Those of the proposer itself. */
  readonly systemTransactions: Transaction[]
  /** See {@link blockCell}. */
  readonly memory: Map<BlockCell<unknown>, unknown>
}

/** Begins a block. */
export function createBlock(
  header: BlockHeader,
  options: Partial<Pick<Block, 'gas' | 'isBeingProposed'>> = {},
): Block {
  const { gas = noGasAccountant, isBeingProposed = false } = options
  return { ...header, gas, isBeingProposed, systemTransactions: [], memory: new Map() }
}

/** Something that a service remembers until the end of a block; see {@link blockCell}. */
export interface BlockCell<T> {
  get(block: Block): T
  set(block: Block, value: T): void
}

/**
 * Declares what is remembered from one phase of a block to the next, outside the state.
 * COMPAT(oasis-core): what a failed transaction put there stays.
 */
export function blockCell<T>(initial: () => T): BlockCell<T> {
  const cell: BlockCell<T> = {
    get: ({ memory }) => {
      if (!memory.has(cell)) memory.set(cell, initial())
      return memory.get(cell) as T
    },
    set: ({ memory }, value) => {
      memory.set(cell, value)
    },
  }
  return cell
}
