/** A tree's nodes one by one, for those who must see how it is built: proofs and checkpoints. */

import type { Arena } from './arena.ts'
import {
  AT_CHILDREN,
  AT_GENERATION,
  AT_HASH,
  AT_LABEL,
  AT_LABEL_BITS,
  CELL_GENERATION,
  KIND_LEAF,
  KIND_STUB,
} from './kernel/layout.ts'
import { labelSize } from './nodeRecord.ts'
import type { EntryPair } from './proof.ts'

/** Which child of an internal node. */
export type Side = 'leaf' | 'left' | 'right'

const SLOT: { readonly [S in Side]: number } = {
  leaf: AT_CHILDREN,
  left: AT_CHILDREN + 4,
  right: AT_CHILDREN + 8,
}

/**
 * Nodes are numbers that are good as long as {@link Arena.holding} holds them; a missing child is
 * 0.
 */
export class TreeNodes {
  readonly #arena: Arena
  readonly #rootSlot: number
  readonly #load: (key: Uint8Array) => void

  constructor(arena: Arena, rootSlot: number, load: (key: Uint8Array) => void) {
    this.#arena = arena
    this.#rootSlot = rootSlot
    this.#load = load
  }

  /** The root node, brought into memory for the sake of `key`. */
  root(key: Uint8Array): number {
    return this.#resolve(this.#rootSlot, key)
  }

  /** A child of an internal node, brought into memory for the sake of `key`. */
  child(node: number, side: Side, key: Uint8Array): number {
    return this.#resolve(node + SLOT[side], key)
  }

  /** Which child this is, in memory or not; 0 if there is none. */
  peek(node: number, side: Side): number {
    return this.#arena.word(node + SLOT[side])
  }

  isLeaf(node: number): boolean {
    return this.#arena.heap[node] === KIND_LEAF
  }

  hash(node: number): Uint8Array {
    return this.#arena.hashOf(node)
  }

  hasHash(node: number, hash: Uint8Array): boolean {
    const { heap } = this.#arena
    for (let i = 0; i < hash.length; i++) if (heap[node + AT_HASH + i] !== hash[i]) return false
    return true
  }

  key(leaf: number): Uint8Array {
    return this.#arena.keyOf(leaf)
  }

  pair(leaf: number): EntryPair {
    return { key: this.#arena.keyOf(leaf), value: this.#arena.valueOf(leaf) }
  }

  labelBits(node: number): number {
    const { heap } = this.#arena
    return heap[node + AT_LABEL_BITS]! | (heap[node + AT_LABEL_BITS + 1]! << 8)
  }

  label(node: number): Uint8Array {
    const at = node + AT_LABEL
    return this.#arena.heap.slice(at, at + labelSize(this.labelBits(node)))
  }

  #resolve(slot: number, key: Uint8Array): number {
    const arena = this.#arena
    let node = arena.word(slot)
    if (node === 0) return 0
    if (arena.heap[node] === KIND_STUB) {
      arena.missedSlot(slot)
      this.#load(key)
      node = arena.word(slot)
    }
    arena.heap[node + AT_GENERATION] = arena.word(CELL_GENERATION)
    return node
  }
}
