/**
 * Finds a transaction of the pool by its bytes, without its hash. A table of places, in which a
 * later transaction takes the place of an earlier one: what is not found may be there nevertheless.
 */

import { PLACES_COUNT } from './limits.ts'
import type { PoolTx } from './poolTx.ts'

/** So many bytes of either end choose the place. */
const HASHED_BYTES = 32
const FNV_PRIME = 0x01000193
const FNV_BASIS = 0x811c9dc5

/** See the top of this file. PERF: finding one takes 0.2 of hashing it and asking a map. */
export class RecentTxs {
  readonly #places: (PoolTx | undefined)[] = Array(PLACES_COUNT).fill(undefined)

  find(transaction: Uint8Array): PoolTx | undefined {
    const tx = this.#places[placeOf(transaction)]
    return tx !== undefined && isSame(tx.transaction, transaction) ? tx : undefined
  }

  add(tx: PoolTx): void {
    this.#places[placeOf(tx.transaction)] = tx
  }

  remove(tx: PoolTx): void {
    const place = placeOf(tx.transaction)
    if (this.#places[place] === tx) this.#places[place] = undefined
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

function placeOf(bytes: Uint8Array): number {
  const { length } = bytes
  let hash = FNV_BASIS ^ length
  const head = Math.min(length, HASHED_BYTES)
  for (let i = 0; i < head; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  for (let i = Math.max(head, length - HASHED_BYTES); i < length; i++)
    hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return (hash >>> 0) % PLACES_COUNT
}
