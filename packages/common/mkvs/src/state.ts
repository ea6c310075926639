/** What rules see of a tree: an ordered map of byte strings. Trees and overlays are such states. */

import { hasPrefix } from '@wadi/base/bytes'

/** Reading. */
export interface ReadableState {
  /** The value, as a copy; undefined if the key is not there. */
  get(key: Uint8Array): Uint8Array | undefined
  /** A cursor that stands nowhere yet. */
  cursor(): Cursor
}

/** Reading and writing. */
export interface State extends ReadableState {
  insert(key: Uint8Array, value: Uint8Array): void
  /** Removes the key, whether it is there or not. */
  remove(key: Uint8Array): void
  /** Removes the key and gives its value; undefined if it was not there. */
  removeExisting(key: Uint8Array): Uint8Array | undefined
}

/** Walks over pairs in bytewise order of the keys. The state may be changed in between. */
export interface Cursor {
  /** Goes to the first pair whose key is not before `key`. */
  seek(key: Uint8Array): void
  /** Goes to the first pair behind the present one. */
  next(): void
  /** Undefined if the cursor is behind the last pair or was never sent anywhere. */
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
}

/** A pair of a state. */
export type Pair = readonly [key: Uint8Array, value: Uint8Array]

/** All pairs whose keys begin with `prefix`, in order. */
export function* pairsWithPrefix(state: ReadableState, prefix: Uint8Array): Generator<Pair> {
  const cursor = state.cursor()
  for (cursor.seek(prefix); ; cursor.next()) {
    const { key, value } = cursor
    if (key === undefined || value === undefined || !hasPrefix(key, prefix)) return
    yield [key, value]
  }
}
