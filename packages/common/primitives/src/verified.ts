import type { Branded } from '@wadi/cbor/schema'

/**
 * A value that somebody signed, and whose signature was checked.
 * Only a function that verifies gives one out; there is no other way to get the type.
 */
export type Verified<T> = Branded<T, 'Verified'>
