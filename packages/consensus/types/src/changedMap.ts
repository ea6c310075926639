import type { KeyedMap } from '@wadi/cbor/collections'
import type { Schema } from '@wadi/cbor/schema'
import type { Field } from '@wadi/cbor/struct'
import { nilOrEmpty } from './nilOrEmpty.ts'

/**
 * A map among parameter changes: undefined leaves what there is, an empty map empties it.
 * COMPAT(oasis-core): a Go map with `omitempty`: both are read, and neither is written.
 */
export function changedMap<K, V>(
  schema: Schema<KeyedMap<K, V>>,
): Field<KeyedMap<K, V> | undefined> {
  return nilOrEmpty(schema)
}
