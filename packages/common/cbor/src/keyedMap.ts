import { compareBytes } from '@wadi/base/bytes'
import type { Schema } from './schema.ts'
import { written } from './writer.ts'

/** A readonly map with keys of any schema, in the canonical order of their encodings. */
export interface KeyedMap<K, V> {
  readonly size: number
  get(key: K): V | undefined
  has(key: K): boolean
  keys(): IterableIterator<K>
  values(): IterableIterator<V>
  entries(): IterableIterator<readonly [K, V]>
  [Symbol.iterator](): IterableIterator<readonly [K, V]>
}

/** Canonical order: the shorter encoding first, equally long ones bytewise. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || compareBytes(a, b)
}

/** The canonical encoding of a map key. */
export function encodeKey<K>(schema: Schema<K>, key: K): Uint8Array {
  return written('go', schema, key)
}

class SortedMap<K, V> implements KeyedMap<K, V> {
  readonly sorted: readonly (readonly [K, V])[]
  readonly #keySchema: Schema<K>
  /** The encodings of the keys, made when the first key is looked for. */
  #encodings: readonly Uint8Array[] | undefined

  constructor(keySchema: Schema<K>, sorted: readonly (readonly [K, V])[]) {
    this.#keySchema = keySchema
    this.sorted = sorted
  }

  get size(): number {
    return this.sorted.length
  }

  get keySchema(): Schema<K> {
    return this.#keySchema
  }

  /** Where the key is, or the complement of where it would be. */
  find(key: K): number {
    this.#encodings ??= this.sorted.map(([known]) => encodeKey(this.#keySchema, known))
    const wanted = encodeKey(this.#keySchema, key)
    let low = 0
    let high = this.#encodings.length
    while (low < high) {
      const middle = (low + high) >> 1
      const order = compareKeys(this.#encodings[middle]!, wanted)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return ~low
  }

  get(key: K): V | undefined {
    const at = this.find(key)
    return at < 0 ? undefined : this.sorted[at]![1]
  }

  has(key: K): boolean {
    return this.find(key) >= 0
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.sorted) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.sorted) yield value
  }

  entries(): IterableIterator<readonly [K, V]> {
    return this.sorted.values()
  }

  [Symbol.iterator](): IterableIterator<readonly [K, V]> {
    return this.sorted.values()
  }
}

/** A map of the entries; the last of several equal keys counts. */
export function keyedMap<K, V = never>(
  keySchema: Schema<K>,
  entries: Iterable<readonly [K, V]>,
): KeyedMap<K, V> {
  const keyed = Array.from(entries, (entry) => ({ entry, key: encodeKey(keySchema, entry[0]) }))
  keyed.sort((a, b) => compareKeys(a.key, b.key))
  const last = keyed.filter(
    ({ key }, i) => i + 1 === keyed.length || compareKeys(key, keyed[i + 1]!.key) !== 0,
  )
  return new SortedMap(
    keySchema,
    last.map(({ entry }) => entry),
  )
}

/** A map of entries that are known to be in canonical order and distinct. */
export function sortedMap<K, V>(
  keySchema: Schema<K>,
  sorted: readonly (readonly [K, V])[],
): KeyedMap<K, V> {
  return new SortedMap(keySchema, sorted)
}

function sortedOf<K, V>(map: KeyedMap<K, V>): SortedMap<K, V> {
  return map as SortedMap<K, V>
}

/** The map with `key` set to `value`. */
export function withEntry<K, V>(map: KeyedMap<K, V>, key: K, value: V): KeyedMap<K, V> {
  const { sorted, keySchema } = sortedOf(map)
  const at = sortedOf(map).find(key)
  const entry = [key, value] as const
  return new SortedMap(
    keySchema,
    at >= 0 ? sorted.with(at, entry) : sorted.toSpliced(~at, 0, entry),
  )
}

/** The map without `key`. */
export function withoutEntry<K, V>(map: KeyedMap<K, V>, key: K): KeyedMap<K, V> {
  const { sorted, keySchema } = sortedOf(map)
  const at = sortedOf(map).find(key)
  return at < 0 ? map : new SortedMap(keySchema, sorted.toSpliced(at, 1))
}
