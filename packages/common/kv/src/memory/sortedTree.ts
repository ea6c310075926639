/**
 * A sorted map as a B+ tree whose nodes are copied when somebody else may still look at them.
 *
 * A node belongs to the owner that made it; `freeze` hands out the root and takes a new owner, so
 * the next write copies the path to what it changes (a few nodes) and leaves the frozen root as
 * it was. Freezing costs nothing, and a frozen root needs no closing: it is garbage when dropped.
 * A sorted array would copy all keys for each write after a snapshot.
 */

import { compareBytes } from '@wadi/base/bytes'
import type { Entry, KeyRange } from '../contract.ts'

/** Entries of a leaf and children of a branch. Wide enough to be flat, small enough to copy. */
const NODE_ENTRIES_MAX = 64

interface Leaf {
  readonly kind: 'leaf'
  readonly owner: object
  readonly entries: Entry[]
}

interface Branch {
  readonly kind: 'branch'
  readonly owner: object
  /** The smallest key that may be below each child; the first one is never read. */
  readonly lowest: Uint8Array[]
  readonly children: Node[]
}

type Node = Leaf | Branch

/** A tree that nobody changes any more. */
export type FrozenTree = Node

/** Index of the first entry whose key is not less than `key`. */
function lowerIndex(entries: readonly Entry[], key: Uint8Array): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes(entries[middle]!.key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the child that may hold `key`. */
function childIndex(branch: Branch, key: Uint8Array): number {
  let low = 1
  let high = branch.children.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes(branch.lowest[middle]!, key) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

function hasKeyAt(leaf: Leaf, index: number, key: Uint8Array): boolean {
  const entry = leaf.entries[index]
  return entry !== undefined && compareBytes(entry.key, key) === 0
}

/** The value of `key` in a tree. */
export function getFrom(root: FrozenTree, key: Uint8Array): Uint8Array | undefined {
  let node = root
  while (node.kind === 'branch') node = node.children[childIndex(node, key)]!
  const index = lowerIndex(node.entries, key)
  return hasKeyAt(node, index, key) ? node.entries[index]!.value : undefined
}

/** Entries in ascending order, from the lower bound on. */
export function* ascend(node: FrozenTree, range: KeyRange): Generator<Entry> {
  const bound = range.gte ?? range.gt
  if (node.kind === 'branch') {
    const start = bound === undefined ? 0 : childIndex(node, bound)
    for (let i = start; i < node.children.length; i++)
      yield* ascend(node.children[i]!, i === start ? range : {})
    return
  }
  let start = bound === undefined ? 0 : lowerIndex(node.entries, bound)
  if (range.gt !== undefined && hasKeyAt(node, start, range.gt)) start++
  for (let i = start; i < node.entries.length; i++) yield node.entries[i]!
}

/** Entries in descending order, from the upper bound on. */
export function* descend(node: FrozenTree, range: KeyRange): Generator<Entry> {
  const bound = range.lte ?? range.lt
  if (node.kind === 'branch') {
    const start = bound === undefined ? node.children.length - 1 : childIndex(node, bound)
    for (let i = start; i >= 0; i--) yield* descend(node.children[i]!, i === start ? range : {})
    return
  }
  let end = bound === undefined ? node.entries.length : lowerIndex(node.entries, bound)
  if (range.lte !== undefined && hasKeyAt(node, end, range.lte)) end++
  for (let i = end - 1; i >= 0; i--) yield node.entries[i]!
}

/** A sorted map that can be frozen at any moment. */
export class SortedTree {
  #owner: object = {}
  #root: Node = { kind: 'leaf', owner: this.#owner, entries: [] }

  /** What is there at this moment; later changes do not reach it. */
  freeze(): FrozenTree {
    this.#owner = {}
    return this.#root
  }

  /** What is there, for a read that ends before the next change. */
  peek(): FrozenTree {
    return this.#root
  }

  put(entry: Entry): void {
    const root = this.#own(this.#root)
    const right = this.#putInto(root, entry)
    this.#root =
      right === undefined
        ? root
        : {
            kind: 'branch',
            owner: this.#owner,
            lowest: [right.lowest, right.lowest],
            children: [root, right.node],
          }
  }

  delete(key: Uint8Array): void {
    if (getFrom(this.#root, key) === undefined) return
    let root = this.#own(this.#root)
    this.#deleteFrom(root, key)
    while (root.kind === 'branch' && root.children.length === 1) root = root.children[0]!
    if (root.kind === 'branch' && root.children.length === 0)
      root = { kind: 'leaf', owner: this.#owner, entries: [] }
    this.#root = root
  }

  #own(node: Node): Node {
    if (node.owner === this.#owner) return node
    const owner = this.#owner
    return node.kind === 'leaf'
      ? { kind: 'leaf', owner, entries: node.entries.slice() }
      : { kind: 'branch', owner, lowest: node.lowest.slice(), children: node.children.slice() }
  }

  /** Puts below an owned node; what does not fit any more comes back as its right sibling. */
  #putInto(node: Node, entry: Entry): { lowest: Uint8Array; node: Node } | undefined {
    if (node.kind === 'leaf') {
      const index = lowerIndex(node.entries, entry.key)
      node.entries.splice(index, hasKeyAt(node, index, entry.key) ? 1 : 0, entry)
      if (node.entries.length <= NODE_ENTRIES_MAX) return undefined
      const entries = node.entries.splice(splitIndex(node.entries.length, index))
      return { lowest: entries[0]!.key, node: { kind: 'leaf', owner: this.#owner, entries } }
    }
    const index = childIndex(node, entry.key)
    const child = this.#own(node.children[index]!)
    node.children[index] = child
    const right = this.#putInto(child, entry)
    if (right === undefined) return undefined
    node.children.splice(index + 1, 0, right.node)
    node.lowest.splice(index + 1, 0, right.lowest)
    if (node.children.length <= NODE_ENTRIES_MAX) return undefined
    const at = splitIndex(node.children.length, index + 1)
    const children = node.children.splice(at)
    const lowest = node.lowest.splice(at)
    return {
      lowest: lowest[0]!,
      node: { kind: 'branch', owner: this.#owner, lowest, children },
    }
  }

  /** Deletes below an owned node a key that is there; an emptied child is dropped. */
  #deleteFrom(node: Node, key: Uint8Array): void {
    if (node.kind === 'leaf') {
      node.entries.splice(lowerIndex(node.entries, key), 1)
      return
    }
    const index = childIndex(node, key)
    const child = this.#own(node.children[index]!)
    node.children[index] = child
    this.#deleteFrom(child, key)
    const left = child.kind === 'leaf' ? child.entries.length : child.children.length
    if (left > 0) return
    node.children.splice(index, 1)
    node.lowest.splice(index, 1)
  }
}

/** Where an overfull node splits: at its end when keys come in ascending order, else halfway. */
function splitIndex(length: number, inserted: number): number {
  return inserted === length - 1 ? length - 1 : length >> 1
}
