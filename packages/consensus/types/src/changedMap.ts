import type { KeyedMap } from '@wadi/cbor/collections'
import type { Schema } from '@wadi/cbor/schema'
import { type Field, nilable, omitEmpty } from '@wadi/cbor/struct'

/**
 * A map among parameter changes: undefined leaves what there is, an empty map empties it.
 * COMPAT(oasis-core): a Go map with `omitempty`: both are read, and neither is written.
 */
export function changedMap<K, V>(
  schema: Schema<KeyedMap<K, V>>,
): Field<KeyedMap<K, V> | undefined> {
  const isEmpty = (map: KeyedMap<K, V> | undefined) => map === undefined || map.size === 0
  return omitEmpty({ ...nilable(schema), isEmpty, isEmptyInRust: isEmpty })
}
