/** Changes of one level of execution, over those of the level below. */

import { compareBytes } from '@wadi/base/bytes'
import type { Pair, ReadableState, State } from '@wadi/mkvs/state'
import { pairsWithPrefix } from '@wadi/mkvs/state'

/** What modules read and write. */
export interface Store {
  get(key: Uint8Array): Uint8Array | undefined
  insert(key: Uint8Array, value: Uint8Array): void
  remove(key: Uint8Array): void
  /** All pairs whose keys begin with the prefix, in order; later changes do not show. */
  pairs(prefix: Uint8Array): readonly Pair[]
}

/** A state of which only one level is known: what is changed lies in overlays. */
export function storeOf(state: ReadableState): Pick<Store, 'get' | 'pairs'> {
  return {
    get: (key) => state.get(key),
    pairs: (prefix) => [...pairsWithPrefix(state, prefix)],
  }
}

interface Change {
  readonly key: Uint8Array
  /** Undefined if the key was removed. */
  readonly value: Uint8Array | undefined
}

/**
 * Changes that can be counted, kept or dropped.
 * COMPAT(oasis-sdk): what is written as it was, or removed where nothing was, is a change as well:
 * gas is paid for it, and a call that must change nothing fails.
 */
export class Overlay implements Store {
  readonly #inner: Pick<Store, 'get' | 'pairs'>
  /** By the text of their bytes, which sorts as they do. */
  readonly #changes = new Map<string, Change>()

  constructor(inner: Pick<Store, 'get' | 'pairs'>) {
    this.#inner = inner
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const change = this.#changes.get(textOf(key))
    return change === undefined ? this.#inner.get(key) : change.value
  }

  insert(key: Uint8Array, value: Uint8Array): void {
    this.#changes.set(textOf(key), { key, value })
  }

  remove(key: Uint8Array): void {
    this.#changes.set(textOf(key), { key, value: undefined })
  }

  pairs(prefix: Uint8Array): readonly Pair[] {
    const inner = this.#inner.pairs(prefix)
    const prefixText = textOf(prefix)
    const own = [...this.#changes].filter(([text]) => text.startsWith(prefixText))
    if (own.length === 0) return inner
    const merged = inner.filter(([key]) => !this.#changes.has(textOf(key)))
    for (const [, { key, value }] of own) if (value !== undefined) merged.push([key, value])
    return merged.sort(([a], [b]) => compareBytes(a, b))
  }

  get hasChanges(): boolean {
    return this.#changes.size > 0
  }

  /** Bytes of all keys and values that were written, and of all keys that were removed. */
  get changedBytes(): number {
    let size = 0
    for (const { key, value } of this.#changes.values()) size += key.length + (value?.length ?? 0)
    return size
  }

  /** Makes the changes part of those below. */
  commit(target: Pick<State, 'insert' | 'remove'>): void {
    for (const { key, value } of this.#changes.values()) {
      if (value === undefined) target.remove(key)
      else target.insert(key, value)
    }
  }
}

function textOf(key: Uint8Array): string {
  let text = ''
  for (let i = 0; i < key.length; i++) text += String.fromCharCode(key[i]!)
  return text
}
