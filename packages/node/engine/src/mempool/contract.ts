/** What the engine and the node's services ask of the mempool. */

import type { CheckTxResponse, TxResult } from '@wadi/contracts/application'

/** What became of a transaction that somebody waits for. */
export type TxFate =
  /** It is in a block; whatever came of it there. */
  | { readonly kind: 'committed'; readonly height: bigint; readonly result: TxResult }
  /** A recheck after a block refused it. */
  | { readonly kind: 'rejected'; readonly response: CheckTxResponse }
  /** It made room for others, or became too old. */
  | { readonly kind: 'evicted' }

/** What to do with a transaction that comes in. */
export interface TxOrigin {
  /** The peer that sent it; undefined if it was submitted here. */
  readonly peer?: string
  /** Told once, if the transaction is taken in. */
  readonly onFate?: (fate: TxFate) => void
}

/** The application's answer, and whether the transaction is in the pool. */
export interface TxCheck {
  readonly response: CheckTxResponse
  /** Why it is not in the pool although the application would take it; constant words. */
  readonly notAdded: string | undefined
}

/** Transactions that wait for a block. */
export interface TxPool {
  readonly size: number
  readonly sizeBytes: number
  /**
   * Checks a transaction and takes it in if it passes. Throws `mempool.tooLarge`,
   * `mempool.inCache`, `mempool.preCheck`.
   */
  checkTx(transaction: Uint8Array, origin?: TxOrigin): TxCheck
  /** The most urgent ones, together within the bounds; a negative bound is none. */
  reap(bytesMax: bigint, gasMax: bigint): readonly Uint8Array[]
  /** After the application committed a block: removes what is in it, checks the rest again. */
  update(block: CommittedTxs): void
  /** Forgets everything, the cache too. */
  flush(): void
}

/** What a committed block changes for the mempool. */
export interface CommittedTxs {
  readonly height: bigint
  readonly transactions: readonly Uint8Array[]
  readonly results: readonly TxResult[]
  /** Bytes that transactions of the next block may take; a transaction alone must fit. */
  readonly bytesMax: bigint
  /** Gas of a block; −1 is no bound. */
  readonly gasMax: bigint
}
