/** Trees in memory, as much of them as applying recorded changes takes. */

import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import type { WritableTree } from './recordedRoots.ts'

const NAMESPACE = new Uint8Array(32)
/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1

/**
 * Makes empty trees that share one arena. The namespace and the root type are not part of a root
 * hash, so one kind of tree serves for all.
 */
export function memoryTrees(): () => WritableTree {
  const arena = new Arena()
  return () => {
    const tree = createTree(arena, { namespace: NAMESPACE, type: ROOT_TYPE_STATE })
    let version = 0n
    return {
      insert: (key, value) => tree.insert(key, value),
      remove: (key) => tree.remove(key),
      commit: () => tree.commit({ version: version++, baseAddress: BASE_ADDRESS }).root.hash,
      dispose: () => tree.dispose(),
    }
  }
}
