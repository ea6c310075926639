/** Schemas of the items that have many parts of one kind: lists and maps. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { errors } from './errors.ts'
import {
  compareKeys,
  encodeKey,
  type KeyedMap,
  keyedMap,
  sortedMap,
  withEntry,
  withoutEntry,
} from './keyedMap.ts'
import { MAJOR, type Reader } from './reader.ts'
import type { Schema } from './schema.ts'

export { type KeyedMap, keyedMap, withEntry, withoutEntry }

/** What a list may say about itself. */
export interface ListOptions {
  /** More elements than this are refused when decoding. */
  readonly countMax?: number
}

/** A list of items of one kind. */
export function list<T>(item: Schema<T>, options: ListOptions = {}): Schema<readonly T[]> {
  const { countMax = Number.POSITIVE_INFINITY } = options
  const zero: readonly T[] = []
  const isEmpty = (value: readonly T[]) => value.length === 0
  return {
    shape: { kind: 'list', item, countMax, isByteString: false },
    zero,
    isScalar: false,
    hasZero: true,
    isEmpty,
    isEmptyInRust: isEmpty,
    write(writer, value) {
      writer.head(MAJOR.list, value.length)
      for (let i = 0; i < value.length; i++) item.write(writer, value[i]!)
    },
    read(reader) {
      const major = reader.head()
      if (major === MAJOR.list) return readElements(reader, item, countMax)
      if (reader.wasNil(major)) return zero
      throw reader.wrongType(major, 'an array')
    },
  }
}

function readElements<T>(reader: Reader, item: Schema<T>, countMax: number): readonly T[] {
  const count = reader.enterList()
  if (count > countMax) throw errors.tooMany(`${count}, at most ${countMax} here`)
  const values: T[] = []
  try {
    for (let i = 0; i < count; i++) values.push(item.read(reader))
  } catch (error) {
    reader.addStep(`[${values.length}]`)
    throw error
  }
  reader.leave()
  return values
}

/** A map whose keys and values are of one kind each. */
export function mapOf<K, V>(key: Schema<K>, value: Schema<V>): Schema<KeyedMap<K, V>> {
  const isOrdered = key.shape.kind !== 'float' && key.shape.kind !== 'time'
  assert(isOrdered, 'mapOf: values of this kind that differ may have one encoding')
  const zero = sortedMap<K, V>(key, [])
  const isEmpty = (map: KeyedMap<K, V>) => map.size === 0
  return {
    shape: { kind: 'map', key, value },
    zero,
    isScalar: false,
    hasZero: true,
    isEmpty,
    isEmptyInRust: isEmpty,
    write(writer, map) {
      writer.head(MAJOR.map, map.size)
      for (const [k, v] of map) {
        key.write(writer, k)
        value.write(writer, v)
      }
    },
    read(reader) {
      const major = reader.head()
      if (major === MAJOR.map) return readPairs(reader, key, value)
      if (reader.wasNil(major)) return zero
      throw reader.wrongType(major, 'a map')
    },
  }
}

/** An entry with the canonical encoding of its key. */
interface Keyed<K, V> {
  readonly encoding: Uint8Array
  readonly entry: readonly [K, V]
}

function readPairs<K, V>(reader: Reader, key: Schema<K>, value: Schema<V>): KeyedMap<K, V> {
  const count = reader.enterMap()
  const keyed: Keyed<K, V>[] = []
  const { isRust, allowsDuplicates } = reader.rules
  let isSorted = true
  // Of keys in disorder, so that what repeats itself is refused before it fills the memory.
  let seen: Set<string> | undefined
  let start = reader.at
  try {
    let lastKey = key.zero
    let lastValue = value.zero
    for (let i = 0; i < count; i++) {
      start = reader.at
      lastKey = readOrRepeat(reader, key, lastKey)
      const encoding = encodeKey(key, lastKey)
      const order = i === 0 ? 1 : compareKeys(encoding, keyed[i - 1]!.encoding)
      if (order <= 0) {
        if (isRust) throw errors.notSorted()
        isSorted = false
        if (!allowsDuplicates) seen ??= new Set(keyed.map((known) => toHex(known.encoding)))
      }
      if (seen !== undefined) addNew(seen, toHex(encoding))
      lastValue = readOrRepeat(reader, value, lastValue)
      keyed.push({ encoding, entry: [lastKey, lastValue] })
    }
    reader.leave()
    return isSorted ? mapOfSorted(key, keyed) : sortedDistinct(key, keyed)
  } catch (error) {
    reader.addStep(`{${toHex(reader.bytes.subarray(start, start + 8))}}`)
    throw error
  }
}

/**
 * COMPAT(fxamacker/cbor): null for a scalar leaves what the preceding pair had, as the library
 * keeps one variable for all keys and one for all values.
 */
function readOrRepeat<T>(reader: Reader, schema: Schema<T>, last: T): T {
  if (!schema.isScalar || reader.rules.isRust || !reader.isNil()) return schema.read(reader)
  reader.at++
  return last
}

function mapOfSorted<K, V>(key: Schema<K>, keyed: readonly Keyed<K, V>[]): KeyedMap<K, V> {
  return sortedMap(
    key,
    keyed.map(({ entry }) => entry),
  )
}

function addNew(seen: Set<string>, key: string): void {
  if (seen.has(key)) throw errors.duplicateKey()
  seen.add(key)
}

function sortedDistinct<K, V>(key: Schema<K>, keyed: Keyed<K, V>[]) {
  // Sorting is stable: of equal keys, which only the trusted decoder allows, the last one counts.
  keyed.sort((a, b) => compareKeys(a.encoding, b.encoding))
  const last = keyed.filter((item, i) => {
    const next = keyed[i + 1]
    return next === undefined || compareKeys(item.encoding, next.encoding) !== 0
  })
  return mapOfSorted(key, last)
}
