/** Trees of the last requests: whatever comes next is often upon the same state. */

import { Arena } from '@wadi/mkvs/arena'
import { NO_NODES } from '@wadi/mkvs/nodeReader'
import { equalRoots, type Root } from '@wadi/mkvs/roots'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { COPIED_BYTES_MAX, TREE_MEMORY_BYTES_MAX, TREES_KEPT_MAX } from './limits.ts'

/** Lends each tree to one request at a time. */
export class TreeCache {
  readonly arena: Arena = new Arena({ memoryBytesMax: TREE_MEMORY_BYTES_MAX })
  /** The last one that came back is the last. */
  readonly #kept: Tree[] = []

  /** The tree with this root, as far as it is known here. */
  take(root: Root): Tree {
    const index = this.#kept.findIndex((tree) => equalRoots(tree.root, root))
    const [known] = index < 0 ? [] : this.#kept.splice(index, 1)
    return known ?? openTree(this.arena, { root, rootAddress: 0, reader: NO_NODES })
  }

  /** Takes a tree back that has no changes. */
  giveBack(tree: Tree): void {
    this.#kept.push(tree)
    if (this.#kept.length > TREES_KEPT_MAX) this.#kept.shift()?.dispose()
  }

  /**
   * Keeps a tree that is lent as it is now, unless it is large: it becomes that of the next round,
   * and until that round is final others are about this one.
   */
  keepCopy(tree: Tree): void {
    if (this.arena.bytesInUse <= COPIED_BYTES_MAX) this.giveBack(tree.copy())
  }

  /** Forgets all trees that are not lent. */
  clear(): void {
    for (const tree of this.#kept.splice(0)) tree.dispose()
  }
}
