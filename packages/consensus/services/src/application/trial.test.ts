import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import type { Tree } from '@wadi/mkvs/tree'
import fc from 'fast-check'
import { testTree } from '../testing/testContext.ts'
import { Trial } from './trial.ts'

const pair = fc.tuple(
  fc.uint8Array({ minLength: 1, maxLength: 2 }),
  fc.uint8Array({ maxLength: 3 }),
)
const change = fc.tuple(
  fc.uint8Array({ minLength: 1, maxLength: 2 }),
  fc.option(fc.uint8Array({ maxLength: 3 })),
)

function dump(tree: Tree): readonly string[] {
  return [...pairsWithPrefix(tree, EMPTY_BYTES)].map(
    ([key, value]) => `${toHex(key)} ${toHex(value)}`,
  )
}

describe('a block that is tried', () => {
  it('is in the tree when it is applied, and gone when it is taken back, as often as one likes', () => {
    fc.assert(
      fc.property(fc.array(pair), fc.array(change), (pairs, changes) => {
        const tree = testTree()
        for (const [key, value] of pairs) tree.insert(key, value)
        const before = { root: toHex(tree.rootHash()), pairs: dump(tree) }
        const trial = new Trial(tree.arena, tree)
        for (const [key, value] of changes) {
          if (value === null) trial.overlay.remove(key)
          else trial.overlay.insert(key, value)
        }
        trial.apply()
        const after = { root: toHex(tree.rootHash()), pairs: dump(tree) }
        trial.revert()
        assert.deepEqual({ root: toHex(tree.rootHash()), pairs: dump(tree) }, before)
        trial.apply()
        trial.apply()
        assert.deepEqual({ root: toHex(tree.rootHash()), pairs: dump(tree) }, after)
        trial.dispose()
        tree.dispose()
      }),
      { numRuns: 100 },
    )
  })
})
