/** Proving whatever somebody reads: one proof of all that was looked at, found or not. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import type { Arena } from './arena.ts'
import { NO_NODES } from './nodeReader.ts'
import type { Proof } from './proof.ts'
import { ProofBuilder } from './proofBuilder.ts'
import { ReferenceIterator, walkGet } from './referenceWalk.ts'
import type { Root } from './roots.ts'
import type { ReadableState } from './state.ts'
import { openTree, type Tree } from './tree.ts'
import type { TreeNodes } from './treeNodes.ts'
import { verifyProof } from './verifyProof.ts'

/** In which leaves are nodes of their own wherever they hang. */
const PROOF_VERSION = 1

/** The nodes of a tree as a state; every node that is visited goes into the proof. */
function provingState(nodes: TreeNodes, builder: ProofBuilder): ReadableState {
  return {
    get: (key) => {
      let value: Uint8Array | undefined
      walkGet(nodes, { key, siblings: 'left-out', leafSlots: 'separate' }, (node) => {
        builder.include(node)
        if (nodes.isLeaf(node) && equalBytes(nodes.key(node), key)) value = nodes.pair(node).value
      })
      return value
    },
    cursor: () => new ReferenceIterator(nodes, (node) => builder.include(node)),
  }
}

/**
 * Proves what `read` looks at in the tree as it was committed. It may be called more than once, if
 * memory must be reclaimed for it.
 */
export function proveReads(tree: Tree, read: (state: ReadableState) => void): Proof {
  return tree.withNodes((nodes) => {
    const builder = new ProofBuilder(nodes, PROOF_VERSION)
    // Whoever checks the proof knows the root only.
    const root = nodes.root(EMPTY_BYTES)
    if (root !== 0) builder.include(root)
    read(provingState(nodes, builder))
    return builder.build(root, tree.root.hash)
  })
}

/**
 * The state of a root, as far as a proof shows it: to look further is a `MissingNodeError`. The
 * proof is checked; the tree is the caller's to dispose of.
 */
export function openProof(arena: Arena, root: Root, proof: Proof): Tree {
  const verified = verifyProof(root.hash, proof)
  const tree = openTree(arena, { root, rootAddress: 0, reader: NO_NODES, writeLog: 'dropped' })
  tree.merge(verified, EMPTY_BYTES)
  return tree
}
