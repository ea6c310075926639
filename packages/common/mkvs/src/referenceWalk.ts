/**
 * The reference's walks over a tree, step by step. They visit more nodes than would be needed, and
 * whoever serves proofs must visit the same ones: a client walks by the same rules, and where its
 * walk meets a hash it asks for that very node.
 */

import { compareBytes } from '@wadi/base/bytes'
import { bitOf, cutAndAppend, isBefore, writeBits } from './bits.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import type { Side, TreeNodes } from './treeNodes.ts'

/** Is told of each node that a walk enters. */
export type Visit = (node: number) => void

/** A node in which something may still be found. */
interface Frame {
  readonly node: number
  /** How many bits the path has behind the label. */
  readonly end: number
  key: Uint8Array
  /** What comes next: the leaf slot, left, right (after left), or nothing. */
  step: 'leaf' | 'left' | 'right' | 'none'
}

/**
 * COMPAT(oasis-core): the iterator of the reference. Nothing checks whether a whole subtree lies
 * before the key, so such subtrees are entered, down to a leaf.
 */
export class ReferenceIterator {
  readonly #nodes: TreeNodes
  readonly #visit: Visit
  #frames: Frame[] = []
  /** The bits of the path; those of a frame are good when it is on top. */
  readonly #path = new Uint8Array(KEY_BYTES_MAX + 2)
  #found = 0

  constructor(nodes: TreeNodes, visit: Visit) {
    this.#nodes = nodes
    this.#visit = visit
  }

  /** The key at which the iterator stands; undefined behind the last one. */
  get key(): Uint8Array | undefined {
    return this.#found === 0 ? undefined : this.#nodes.key(this.#found)
  }

  /** What is under that key. */
  get value(): Uint8Array | undefined {
    return this.#found === 0 ? undefined : this.#nodes.pair(this.#found).value
  }

  /** Goes to the first key that is not before `key`. */
  seek(key: Uint8Array): void {
    this.#frames = []
    this.#found = 0
    if (!this.#enter(this.#nodes.root(key), key, 0)) this.#run()
  }

  /** Goes to the next key. */
  next(): void {
    const key = this.key
    if (key === undefined) return
    this.#found = 0
    for (const frame of this.#frames) frame.key = key
    this.#run()
  }

  /** Goes on with the top frame until a key is found or nothing is left. */
  #run(): void {
    for (;;) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) return
      const side = this.#choose(frame)
      if (side === undefined) {
        this.#frames.pop()
        continue
      }
      const child = this.#nodes.child(frame.node, side, frame.key)
      if (this.#enter(child, frame.key, frame.end)) return
    }
  }

  /** Enters a node; true if it is the leaf that was looked for. */
  #enter(node: number, key: Uint8Array, depth: number): boolean {
    if (node === 0) return false
    const nodes = this.#nodes
    this.#visit(node)
    if (nodes.isLeaf(node)) {
      if (compareBytes(nodes.key(node), key) < 0) return false
      this.#found = node
      return true
    }
    const labelBits = nodes.labelBits(node)
    writeBits(this.#path, depth, nodes.label(node), labelBits)
    this.#frames.push({ node, end: depth + labelBits, key, step: 'leaf' })
    return false
  }

  /** Which child is tried next; moves the frame's key and step on. */
  #choose(frame: Frame): Side | undefined {
    const { end } = frame
    const keyBits = frame.key.length * 8
    const isShort = keyBits <= end
    const isFirst = end > 0 && keyBits >= end && isBefore(frame.key, this.#path, end)
    if (frame.step === 'leaf') {
      frame.step = 'left'
      if (isShort || isFirst) return 'leaf'
    }
    if (frame.step === 'left') {
      if (isShort) frame.key = cutAndAppend(frame.key, end, 0)
      frame.step = 'right'
      if (bitOf(frame.key, end) === 0 || isFirst) return 'left'
      frame.step = 'none'
      return 'right'
    }
    if (frame.step === 'none') return undefined
    frame.step = 'none'
    frame.key = cutAndAppend(frame.key, end, 1)
    return 'right'
  }
}

export interface GetOptions {
  readonly key: Uint8Array
  readonly siblings: 'included' | 'left-out'
  /** Whether leaf slots are nodes of their own (proofs of version 1) or parts of their node. */
  readonly leafSlots: 'separate' | 'embedded'
}

const OTHER = { left: 'right', right: 'left' } as const

/**
 * COMPAT(oasis-core): the lookup of the reference, which does not compare labels on its way down,
 * so that a search for an absent key may go on below a label that differs already.
 */
export function walkGet(nodes: TreeNodes, options: GetOptions, visit: Visit): void {
  const { key, siblings, leafSlots } = options
  const keyBits = key.length * 8
  const visitChild = (node: number, side: Side): void => {
    const child = nodes.child(node, side, key)
    if (child !== 0) visit(child)
  }
  let end = 0
  let node = nodes.root(key)
  while (node !== 0) {
    visit(node)
    if (nodes.isLeaf(node)) return
    end += nodes.labelBits(node)
    if (keyBits < end) return
    if (keyBits === end) {
      if (siblings === 'included')
        for (const side of ['left', 'right'] as const) visitChild(node, side)
      if (leafSlots === 'separate') visitChild(node, 'leaf')
      return
    }
    const side = bitOf(key, end) === 0 ? 'left' : 'right'
    if (siblings === 'included') {
      if (leafSlots === 'separate') visitChild(node, 'leaf')
      visitChild(node, OTHER[side])
    }
    node = nodes.child(node, side, key)
  }
}
