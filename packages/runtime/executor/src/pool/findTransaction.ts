/** A transaction by its hash, wherever in the pool it is. */

import { toHex } from '@wadi/base/bytes'
import type { Hash } from '@wadi/primitives/hash'
import { FETCHED_TRANSACTIONS_MAX } from '@wadi/runtime-protocol/limits'
import { entryOf } from '../persistent/hashMap.ts'
import { valueAt, valuesOf } from '../persistent/sortedMap.ts'
import { transactionsOf } from './mainQueue.ts'
import type { PoolState } from './poolState.ts'

/** The transaction of a hash, if it was checked or is part of a proposal. */
export function findTransaction(pool: PoolState, hash: Hash): Uint8Array | undefined {
  const key = toHex(hash)
  return (
    valueAt(pool.incoming, key) ??
    entryOf(pool.main.byKey, key)?.input ??
    entryOf(pool.proposed, key)
  )
}

/**
 * The answer to a peer that asks for transactions: those that are here, in the order of the
 * request.
 * COMPAT(oasis-core): of a request that is too long the beginning is answered.
 */
export function serveTransactions(pool: PoolState, hashes: readonly Hash[]): readonly Uint8Array[] {
  const asked = hashes.slice(0, FETCHED_TRANSACTIONS_MAX)
  return asked.flatMap((hash) => findTransaction(pool, hash) ?? [])
}

/** All that waits to be executed: what came in messages first. */
export function allTransactions({ incoming, main }: PoolState): readonly Uint8Array[] {
  return [...valuesOf(incoming), ...Array.from(transactionsOf(main), ({ input }) => input)]
}
