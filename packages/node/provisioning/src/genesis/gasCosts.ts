/** What operations cost on a network that nobody has told otherwise. */

import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import type { GasCosts } from '@wadi/consensus/gas'
import type { Gas } from '@wadi/primitives/transaction'

/** COMPAT(oasis-core): the same for each. */
const OPERATION_COST: Gas = 1_000n

/** A cost for each operation. */
export function gasCosts(...operations: readonly string[]): GasCosts {
  return keyedMap<string, Gas>(
    text,
    operations.map((operation) => [operation, OPERATION_COST] as const),
  )
}
