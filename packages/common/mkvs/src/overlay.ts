/** Changes that are not yet in the tree: tried, undone step by step, and committed or dropped. */

import { compareBytes, EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Arena } from './arena.ts'
import { ROOT_TYPE_STATE, type WriteLogEntry } from './roots.ts'
import type { Cursor, State } from './state.ts'
import { createTree, type Tree } from './tree.ts'

const REMOVED = Uint8Array.of(0)
const TAG_WRITTEN = 1
/** Where values get their tag. */
const scratch = new Uint8Array(65_536)
const OWN_TREE = {
  namespace: new Uint8Array(32),
  type: ROOT_TYPE_STATE,
  writeLog: 'dropped',
} as const

/**
 * A state over another one. Its own changes lie in a tree of their own, whose values say whether
 * the key was written (1 ‖ value) or removed (0).
 *
 * `begin`, `keep` and `rollback` nest: a block begins, each of its transactions begins, and what a
 * failed one did is undone. A change costs one entry of the undo list, whatever the nesting.
 */
export class Overlay implements State {
  readonly #arena: Arena
  readonly #inner: State
  #own: Tree
  /** What the own tree held before each change since the first `begin`. */
  #undo: { readonly key: Uint8Array; readonly before: Uint8Array | undefined }[] = []
  /** How long the undo list was at each `begin`. */
  readonly #marks: number[] = []

  constructor(arena: Arena, inner: State) {
    this.#arena = arena
    this.#inner = inner
    this.#own = createTree(arena, OWN_TREE)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const own = this.#own.get(key)
    return own === undefined ? this.#inner.get(key) : writtenValue(own)
  }

  insert(key: Uint8Array, value: Uint8Array): void {
    const size = value.length + 1
    const tagged = size <= scratch.length ? scratch.subarray(0, size) : new Uint8Array(size)
    tagged[0] = TAG_WRITTEN
    tagged.set(value, 1)
    this.#change(key, tagged)
  }

  remove(key: Uint8Array): void {
    this.#change(key, REMOVED)
  }

  removeExisting(key: Uint8Array): Uint8Array | undefined {
    const value = this.get(key)
    // COMPAT(oasis-core): a key that was nowhere is not remembered as removed.
    if (value !== undefined) this.#change(key, REMOVED)
    return value
  }

  cursor(): Cursor {
    return new OverlayCursor(this.#inner.cursor(), () => this.#own.cursor())
  }

  /** From here on changes can be undone. */
  begin(): void {
    this.#marks.push(this.#undo.length)
  }

  /** Makes the changes since the last `begin` part of those before it. */
  keep(): void {
    this.#popMark()
    if (this.#marks.length === 0) this.#undo = []
  }

  /** Undoes everything since the last `begin`. */
  rollback(): void {
    const mark = this.#popMark()
    for (let i = this.#undo.length - 1; i >= mark; i--) {
      const { key, before } = this.#undo[i]!
      if (before === undefined) this.#own.remove(key)
      else this.#own.insert(key, before)
    }
    this.#undo.length = mark
  }

  /** What differs from the state below, in the order of the keys. */
  *changes(): Generator<WriteLogEntry> {
    const cursor = this.#own.cursor()
    for (cursor.seek(EMPTY_BYTES); cursor.key !== undefined; cursor.next())
      yield [cursor.key, cursor.value && writtenValue(cursor.value)]
  }

  /** Carries all changes over into the state below, in the order of their keys. */
  commit(): void {
    assert(this.#marks.length === 0, 'mkvs: an overlay is committed after all that was begun')
    for (const [key, value] of this.changes()) {
      if (value === undefined) this.#inner.remove(key)
      else this.#inner.insert(key, value)
    }
    this.discard()
  }

  /** Drops all changes. */
  discard(): void {
    this.#own.dispose()
    this.#own = createTree(this.#arena, OWN_TREE)
    this.#undo = []
    this.#marks.length = 0
  }

  /** Gives the memory back; the overlay is not used afterwards. */
  dispose(): void {
    this.#own.dispose()
  }

  #change(key: Uint8Array, tagged: Uint8Array): void {
    if (this.#marks.length > 0) this.#undo.push({ key: key.slice(), before: this.#own.get(key) })
    this.#own.insert(key, tagged)
  }

  #popMark(): number {
    const mark = this.#marks.pop()
    assert(mark !== undefined, 'mkvs: nothing was begun')
    return mark
  }
}

function writtenValue(tagged: Uint8Array): Uint8Array | undefined {
  return tagged[0] === TAG_WRITTEN ? tagged.subarray(1) : undefined
}

/** Merges the pairs below with the overlay's own, which win. */
class OverlayCursor implements Cursor {
  readonly #inner: Cursor
  readonly #createOwn: () => Cursor
  key: Uint8Array | undefined
  value: Uint8Array | undefined

  constructor(inner: Cursor, createOwn: () => Cursor) {
    this.#inner = inner
    this.#createOwn = createOwn
  }

  seek(key: Uint8Array): void {
    const own = this.#createOwn()
    own.seek(key)
    this.#inner.seek(key)
    this.#settle(own)
  }

  next(): void {
    const { key } = this
    if (key === undefined) return
    // Both sides are sought again: either may have been changed since the last step.
    const own = this.#createOwn()
    for (const cursor of [own, this.#inner]) {
      cursor.seek(key)
      if (cursor.key !== undefined && equalBytes(cursor.key, key)) cursor.next()
    }
    this.#settle(own)
  }

  /** Steps over removed keys and over inner pairs that have been overwritten. */
  #settle(own: Cursor): void {
    for (;;) {
      const order = compareKeys(own.key, this.#inner.key)
      if (order === 0 && own.key === undefined) break
      if (order === 0) this.#inner.next()
      else if (order > 0) break
      else if (own.value !== undefined && writtenValue(own.value) !== undefined) break
      else own.next()
    }
    const isOwn = compareKeys(own.key, this.#inner.key) < 0
    this.key = isOwn ? own.key : this.#inner.key
    this.value = isOwn ? own.value && writtenValue(own.value) : this.#inner.value
  }
}

/** The order of two positions; behind all keys is undefined. */
function compareKeys(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (a === undefined) return b === undefined ? 0 : 1
  return b === undefined ? -1 : compareBytes(a, b)
}
