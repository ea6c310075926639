/** A cursor over a tree. */

import { hasPrefix } from '@wadi/base/bytes'
import type { Arena } from './arena.ts'
import { ABSENT } from './kernel/layout.ts'
import type { RootSlot } from './rootSlot.ts'
import type { Cursor } from './state.ts'

/**
 * It remembers the key at which it stands, so that the tree may change under it.
 * PERF: as long as nobody else walks in the arena, the next step starts from the kernel's stack
 * instead of from the root.
 */
export class TreeCursor implements Cursor {
  readonly #arena: Arena
  readonly #slot: RootSlot
  readonly #load: (key: Uint8Array) => void
  #key: Uint8Array | undefined
  #value: Uint8Array | undefined

  /** `load` brings the node that was missed into memory, or throws. */
  constructor(arena: Arena, slot: RootSlot, load: (key: Uint8Array) => void) {
    this.#arena = arena
    this.#slot = slot
    this.#load = load
  }

  get key(): Uint8Array | undefined {
    return this.#key
  }

  get value(): Uint8Array | undefined {
    return this.#value
  }

  hasPrefix(prefix: Uint8Array): boolean {
    return this.#key !== undefined && hasPrefix(this.#key, prefix)
  }

  seek(key: Uint8Array): void {
    this.#arena.reclaiming(() => this.#stand(this.#find(key, 0)))
  }

  next(): void {
    const key = this.#key
    if (key === undefined) return
    this.#arena.reclaiming(() => this.#goOn(key))
  }

  #goOn(key: Uint8Array): void {
    if (this.#arena.stackOwner === this) {
      const leaf = this.#arena.kernel.next() >>> 0
      if (leaf >= ABSENT) {
        this.#stand(leaf)
        return
      }
      // The stack has moved on and the cursor has not: it must not go on from there.
      this.#arena.stackOwner = undefined
      this.#load(key)
    }
    this.#stand(this.#find(key, 1))
  }

  #find(key: Uint8Array, least: 0 | 1): number {
    const arena = this.#arena
    arena.setKey(key)
    arena.stackOwner = undefined
    for (;;) {
      const leaf = arena.kernel.seek(this.#slot.at, key.length, least) >>> 0
      if (leaf >= ABSENT) {
        arena.stackOwner = this
        return leaf
      }
      this.#load(key)
    }
  }

  #stand(leaf: number): void {
    const isAbsent = leaf === ABSENT
    this.#key = isAbsent ? undefined : this.#arena.keyOf(leaf)
    this.#value = isAbsent ? undefined : this.#arena.valueOf(leaf)
  }
}
