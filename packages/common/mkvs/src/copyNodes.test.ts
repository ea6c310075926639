import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import { NO_NODES } from './nodeReader.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { pairsWithPrefix } from './state.ts'
import { proveGet, verifyAnswer } from './syncer.ts'
import { createTree, openTree, type Tree } from './tree.ts'

const options = { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE } as const
const MEBIBYTE = 1_048_576
const key = fc.uint8Array({ maxLength: 4 })
const value = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 900 }))
const pairs = fc.array(fc.tuple(key, value), { maxLength: 40 })

function treeOf(arena: Arena, written: readonly (readonly [Uint8Array, Uint8Array])[]): Tree {
  const tree = createTree(arena, options)
  for (const [name, content] of written) tree.insert(name, content)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

const pairsOf = (tree: Tree) => [...pairsWithPrefix(tree, EMPTY_BYTES)]

describe('a copy of a tree', () => {
  it('is as the tree was, whatever becomes of either', () => {
    const arena = new Arena()
    const property = fc.property(pairs, pairs, fc.array(key), (written, changed, removed) => {
      const tree = treeOf(arena, written)
      const before = pairsOf(tree)
      const copies = [tree.copy(), tree.copy()] as const
      for (const one of [tree, copies[1]]) {
        for (const [name, content] of changed) one.insert(name, content)
        for (const name of removed) one.remove(name)
        one.commit({ version: 2n, baseAddress: 1 })
      }
      assert.deepEqual(copies[1].root, tree.root)
      assert.deepEqual(pairsOf(copies[1]), pairsOf(tree))
      tree.dispose()
      assert.deepEqual(pairsOf(copies[0]), before)
      assert.deepEqual(copies[0].rootHash(), copies[0].root.hash)
      for (const copy of copies) copy.dispose()
      assert.equal(arena.bytesInUse, 0)
    })
    fc.assert(property, { numRuns: 300 })
  })

  it('knows no more than the tree does', () => {
    const arena = new Arena()
    const written = Array.from({ length: 20 }, (_, i) => [toUtf8(`${i}`), toUtf8('value')] as const)
    const far = treeOf(new Arena(), written)
    const { root } = far
    const tree = openTree(arena, { root, rootAddress: 0, reader: NO_NODES })
    const asked = { root, position: root.hash }
    const request = { key: toUtf8('7'), includeSiblings: false, proofVersion: 0 }
    const proof = proveGet(far, { ...request, tree: asked })
    tree.merge(verifyAnswer(proof, asked), request.key)
    const copy = tree.copy()
    tree.dispose()
    assert.deepEqual(copy.get(toUtf8('7')), toUtf8('value'))
    assert.throws(() => copy.get(toUtf8('13')), { reason: 'mkvs.missing-node' })
  })

  it('is not made of changes that are not committed', () => {
    const arena = new Arena()
    const tree = treeOf(arena, [])
    tree.copy().dispose()
    tree.insert(toUtf8('key'), toUtf8('value'))
    assert.throws(() => tree.copy(), { reason: 'mkvs.uncommitted' })
  })

  it('leaves nothing behind where there is no room for it', () => {
    const arena = new Arena({ memoryBytesMax: 8 * MEBIBYTE })
    const large = new Uint8Array(MEBIBYTE)
    const written = [1, 2, 3].map((i) => [Uint8Array.of(i), large.fill(i).slice()] as const)
    const tree = treeOf(arena, written)
    const { bytesInUse } = arena
    assert.throws(() => tree.copy(), { reason: 'mkvs.arena-full' })
    assert.equal(arena.bytesInUse, bytesInUse)
    assert.deepEqual(pairsOf(tree), written)
  })
})
