import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Gas } from '@wadi/primitives/transaction'

/** What each operation costs; one that is not in the table is free. */
export const GasCosts = mapOf(text, Gas)
export type GasCosts = Infer<typeof GasCosts>
