/** What a configuration says to runtimes, as they read it. */

import { encode } from '@wadi/cbor/codec'
import { type Item, integerItem, sortItem, writeItem } from '@wadi/cbor/item'
import { float64 } from '@wadi/cbor/scalars'
import type { FreeTable, FreeValue } from '@wadi/node-config/config-kinds'

const [FALSE, TRUE, NULL] = [20, 21, 22]

function itemOf(value: FreeValue): Item {
  if (value === undefined) return { kind: 'simple', value: NULL }
  if (typeof value === 'boolean') return { kind: 'simple', value: value ? TRUE : FALSE }
  if (typeof value === 'bigint') return integerItem(value)
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value)
      ? integerItem(BigInt(value))
      : { kind: 'float', encoding: encode(float64, value) }
  if (isTable(value))
    return {
      kind: 'map',
      pairs: Array.from(value, ([key, each]) => [{ kind: 'text', text: key }, itemOf(each)]),
    }
  return { kind: 'list', items: value.map(itemOf) }
}

function isTable(value: FreeTable | readonly FreeValue[]): value is FreeTable {
  return value instanceof Map
}

/** Each value by its name, encoded. */
export function encodeFree(table: FreeTable): ReadonlyMap<string, Uint8Array> {
  return new Map(Array.from(table, ([key, value]) => [key, writeItem(sortItem(itemOf(value)))]))
}
