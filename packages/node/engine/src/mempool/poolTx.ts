import type { TxFate } from './contract.ts'
import type { TxKey } from './txKey.ts'

/** A transaction in the pool. */
export interface PoolTx {
  readonly transaction: Uint8Array
  readonly key: TxKey
  /** Counts the transactions that came in. */
  readonly sequence: number
  /** The last height when it came. */
  readonly height: bigint
  readonly arrivedMs: number
  readonly gasWanted: bigint
  /** Empty if the application names nobody. */
  readonly sender: string
  readonly onFate: ((fate: TxFate) => void) | undefined
  /** The application may change its mind when it checks again. */
  priority: bigint
  /** Peers that have sent it: mostly one or two. */
  readonly peers: string[]
  isGone: boolean
}

/** The most urgent first, of equals the oldest. */
export function compareUrgency(a: PoolTx, b: PoolTx): number {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1
  return a.sequence - b.sequence
}
