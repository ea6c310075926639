/** Typed access to the state: a table says how its keys and values are written. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import type { Overlay } from '@wadi/mkvs/overlay'
import type { ReadableState, State } from '@wadi/mkvs/state'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { decodedValue, encodedValue } from './decodedValues.ts'

export type { ReadableState, State }

/** The state that a block is working on: what a sub-transaction did can be undone. */
export type WorkingState = Overlay

/** What is under the key; undefined if nothing is. */
export function read<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  table: StateTable<In, Out, T>,
  ...key: In
): T | undefined {
  const encoded = table.keys.encode(...key)
  const bytes = state.get(encoded)
  return bytes === undefined ? undefined : decodedValue(table.value, encoded, bytes)
}

/** What is under the key, which has to be there: genesis wrote it. */
export function readExisting<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  table: StateTable<In, Out, T>,
  ...key: In
): T {
  const value = read(state, table, ...key)
  assert(value !== undefined, `${table.name}: the state has no such entry`)
  return value
}

/** Is there an entry? */
export function has<In extends readonly unknown[]>(
  state: ReadableState,
  table: StateTable<In, readonly unknown[], unknown>,
  ...key: In
): boolean {
  return state.get(table.keys.encode(...key)) !== undefined
}

/** Puts a value under a key. */
export function write<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: State,
  table: StateTable<In, Out, T>,
  key: In,
  value: T,
): void {
  const encoded = table.keys.encode(...key)
  state.insert(encoded, encodedValue(table.value, encoded, value))
}

/** Marks a key of a table whose entries have no value. */
export function mark<In extends readonly unknown[]>(
  state: State,
  { keys }: StateTable<In, readonly unknown[], undefined>,
  ...key: In
): void {
  state.insert(keys.encode(...key), EMPTY_BYTES)
}

/** Takes an entry out, whether it is there or not. */
export function erase<In extends readonly unknown[]>(
  state: State,
  { keys }: StateTable<In, readonly unknown[], unknown>,
  ...key: In
): void {
  state.remove(keys.encode(...key))
}

/** An entry of a table: the values in its key (hashed ones as hashes), and what is under it. */
export type Entry<Out, T> = readonly [key: Out, value: T]

/** All entries whose keys begin with `prefix`, in the order of the keys. */
export function* entriesOf<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  { keys, value }: StateTable<In, Out, T>,
  ...prefix: Partial<In>
): Generator<Entry<Out, T>> {
  for (const [key, bytes] of pairsWithPrefix(state, keys.encodePrefix(...prefix)))
    yield [keys.decode(key), decodedValue(value, key, bytes)]
}

/** As {@link entriesOf}, without the keys. */
export function* valuesOf<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  table: StateTable<In, Out, T>,
  ...prefix: Partial<In>
): Generator<T> {
  for (const [, value] of entriesOf(state, table, ...prefix)) yield value
}
