import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { COPIED_BYTES_MAX, TREES_KEPT_MAX } from './limits.ts'
import { TreeCache } from './treeCache.ts'

const KEY = Uint8Array.of(1)
const MEBIBYTE = 1_048_576

/** A tree of a version, with a pair. */
function treeOf({ arena }: TreeCache, version: bigint, value = new Uint8Array(1)): Tree {
  const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  tree.insert(KEY, value)
  tree.commit({ version, baseAddress: 1 })
  return tree
}

/** Is the pair of a tree with this root here? */
function isKnown(cache: TreeCache, { root }: Tree): boolean {
  const tree = cache.take(root)
  try {
    return tree.get(KEY) !== undefined
  } catch {
    return false
  } finally {
    tree.dispose()
  }
}

describe('trees of the last requests', () => {
  it(`are kept, ${TREES_KEPT_MAX} of them and no more`, () => {
    const cache = new TreeCache()
    const trees = Array.from({ length: TREES_KEPT_MAX + 1 }, (_, i) => treeOf(cache, BigInt(i)))
    for (const tree of trees) cache.giveBack(tree)
    assert.deepEqual(
      trees.map((tree) => isKnown(cache, tree)),
      trees.map((_, i) => i > 0),
    )
  })

  it('are kept as they were, if there is not much in memory', () => {
    const cache = new TreeCache()
    const tree = treeOf(cache, 1n)
    cache.keepCopy(tree)
    assert.equal(isKnown(cache, tree), true)
    const others: Tree[] = []
    for (let i = 2n; ; i++) {
      const other = treeOf(cache, i, new Uint8Array(MEBIBYTE))
      others.push(other)
      const { bytesInUse } = cache.arena
      cache.keepCopy(tree)
      assert.equal(isKnown(cache, tree), bytesInUse <= COPIED_BYTES_MAX, `${bytesInUse} bytes`)
      if (bytesInUse > COPIED_BYTES_MAX) break
    }
    assert.ok(others.length > 1)
  })
})
