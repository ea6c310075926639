/** A transaction that was checked, as the pool has it. */

import type { Hash } from '@wadi/primitives/hash'

export interface PoolTransaction {
  readonly input: Uint8Array
  readonly hash: Hash
  /** The hash as text, by which it is found. */
  readonly key: string
  /** Whose it is, as text; of a transaction without a sender its own key. */
  readonly sender: string
  /** Its place among those of its sender. */
  readonly seq: bigint
  readonly priority: bigint
  /** Its place among all. */
  readonly arrival: number
}
