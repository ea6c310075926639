/** Putting a proof together from the nodes that a walk has visited. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { hashEntry, internalEntry, leafEntry, type Proof, type ProofVersion } from './proof.ts'
import type { Side, TreeNodes } from './treeNodes.ts'

/** Last first, as they are put on the stack. */
const CHILDREN: { readonly [V in ProofVersion]: readonly Side[] } = {
  0: ['right', 'left'],
  1: ['right', 'left', 'leaf'],
}

/** Collects nodes of one tree. Its life ends with the hold on the arena. */
export class ProofBuilder {
  readonly #nodes: TreeNodes
  readonly #version: ProofVersion
  /** Each included node with its entry. */
  readonly #included = new Map<number, Uint8Array>()
  #size = 0

  constructor(nodes: TreeNodes, version: ProofVersion) {
    this.#nodes = nodes
    this.#version = version
  }

  /** Adds a node. */
  include(node: number): void {
    if (this.#included.has(node)) return
    const entry = this.#entry(node)
    this.#included.set(node, entry)
    this.#size += entry.length
  }

  /**
   * An estimate of the proof's size.
   * COMPAT(oasis-core): a leaf in a leaf slot counts once with its node and, if it was included,
   * once more: checkpoints are cut by this number.
   */
  get size(): number {
    return this.#size
  }

  /** The included node with this hash, if there is one: where a proof may begin. */
  find(hash: Uint8Array): number | undefined {
    for (const node of this.#included.keys()) if (this.#nodes.hasHash(node, hash)) return node
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
      const entry = this.#included.get(node)
      if (node === 0) {
        entries.push(undefined)
      } else if (entry === undefined) {
        entries.push(hashEntry(nodes.hash(node)))
      } else {
        entries.push(entry)
        if (nodes.isLeaf(node)) continue
        for (const side of CHILDREN[this.#version]) open.push(nodes.peek(node, side))
      }
    }
    return { version: this.#version, untrustedRoot, entries }
  }

  #entry(node: number): Uint8Array {
    const nodes = this.#nodes
    if (nodes.isLeaf(node)) return leafEntry(nodes.pair(node))
    const leaf = this.#version === 0 ? nodes.child(node, 'leaf', EMPTY_BYTES) : 0
    const embedded = leaf === 0 ? undefined : nodes.pair(leaf)
    return internalEntry(nodes.labelBits(node), nodes.label(node), embedded)
  }
}
