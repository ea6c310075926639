/** Putting a proof together from the nodes that a walk has visited. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import {
  ENTRY_FULL,
  ENTRY_HASH,
  encodeInternal,
  encodeLeaf,
  type Proof,
  type ProofVersion,
} from './proof.ts'
import type { Side, TreeNodes } from './treeNodes.ts'

const NO_LEAF = Uint8Array.of(2)
const CHILDREN: { readonly [V in ProofVersion]: readonly Side[] } = {
  0: ['left', 'right'],
  1: ['leaf', 'left', 'right'],
}

/** Collects nodes of one tree. Its life ends with the hold on the arena. */
export class ProofBuilder {
  readonly #nodes: TreeNodes
  readonly #version: ProofVersion
  readonly #included = new Set<number>()
  #size = 0

  constructor(nodes: TreeNodes, version: ProofVersion) {
    this.#nodes = nodes
    this.#version = version
  }

  /** Adds a node. */
  include(node: number): void {
    if (this.#included.has(node)) return
    this.#included.add(node)
    this.#size += 1 + this.#compact(node).length
  }

  /**
   * An estimate of the proof's size.
   * COMPAT(oasis-core): a leaf in a leaf slot counts once with its node and, if it was included, once
   * more: checkpoints are cut by this number.
   */
  get size(): number {
    return this.#size
  }

  /** The included node with this hash, if there is one: where a proof may begin. */
  find(hash: Uint8Array): number | undefined {
    for (const node of this.#included) {
      const other = this.#nodes.hash(node)
      if (hash.every((byte, i) => byte === other[i])) return node
    }
    return undefined
  }

  /** The proof that begins at a node; 0 stands for an empty tree. */
  build(start: number, untrustedRoot: Uint8Array): Proof {
    const nodes = this.#nodes
    const entries: (Uint8Array | undefined)[] = []
    const open = [start]
    for (;;) {
      const node = open.pop()
      if (node === undefined) break
      if (node === 0) {
        entries.push(undefined)
      } else if (this.#included.has(node)) {
        entries.push(concatBytes(ENTRY_FULL, this.#compact(node)))
        if (nodes.isLeaf(node)) continue
        const children = CHILDREN[this.#version].map((side) => nodes.peek(node, side))
        open.push(...children.reverse())
      } else {
        entries.push(concatBytes(ENTRY_HASH, nodes.hash(node)))
      }
    }
    return { version: this.#version, untrustedRoot, entries }
  }

  #compact(node: number): Uint8Array {
    const nodes = this.#nodes
    if (nodes.isLeaf(node)) return encodeLeaf(nodes.key(node), nodes.value(node))
    const leaf = this.#version === 0 ? nodes.child(node, 'leaf', EMPTY_BYTES) : 0
    const embedded = leaf === 0 ? NO_LEAF : encodeLeaf(nodes.key(leaf), nodes.value(leaf))
    return encodeInternal(nodes.labelBits(node), nodes.label(node), embedded)
  }
}
