import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import { MissingNodeError } from './nodeReader.ts'
import { openProof, proveReads } from './proveReads.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { pairsWithPrefix, type ReadableState } from './state.ts'
import { createTree, type Tree } from './tree.ts'

/** Whoever proves is elsewhere: nothing that it does may help the reader's arena. */
const here = new Arena()
const there = new Arena()

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x40, 0x55, 0x80, 0xff), { maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes))
const keys = fc.uniqueArray(key, { maxLength: 30, selector: toHex })

function treeOf(list: readonly Uint8Array[]): Tree {
  const tree = createTree(there, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  for (const k of list) tree.insert(k, k)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

/** Looks at a state: single keys, and all pairs with a prefix. */
const looks = fc.array(fc.record({ what: fc.constantFrom('get', 'walk'), key }), { maxLength: 6 })

function look(state: ReadableState, script: readonly { what: string; key: Uint8Array }[]): unknown {
  return script.map(({ what, key: k }) =>
    what === 'get' ? state.get(k) : [...pairsWithPrefix(state, k)],
  )
}

describe('proveReads', () => {
  it('shows what was found and what was not, to whoever knows the root only', () => {
    fc.assert(
      fc.property(keys, looks, (list, script) => {
        const tree = treeOf(list)
        let found: unknown
        const proof = proveReads(tree, (state) => {
          found = look(state, script)
        })
        assert.deepEqual(found, look(tree, script))
        const shown = openProof(here, tree.root, proof)
        assert.deepEqual(look(shown, script), found)
        shown.dispose()
        tree.dispose()
      }),
      { numRuns: 300 },
    )
  })

  it('leaves out what nobody looked at', () => {
    const list = Array.from({ length: 64 }, (_, i) => Uint8Array.of(i * 4, 1))
    const tree = treeOf(list)
    const proof = proveReads(tree, (state) => void state.get(list[3]!))
    const shown = openProof(here, tree.root, proof)
    assert.deepEqual(shown.get(list[3]!), list[3])
    assert.throws(() => shown.get(list[60]!), MissingNodeError)
    shown.dispose()
    tree.dispose()
  })

  it('shows an empty tree', () => {
    const tree = treeOf([])
    const proof = proveReads(tree, (state) => void state.get(EMPTY_BYTES))
    const shown = openProof(here, tree.root, proof)
    assert.equal(shown.get(Uint8Array.of(1)), undefined)
    shown.dispose()
    tree.dispose()
  })

  it('is refused under another root', () => {
    const tree = treeOf([Uint8Array.of(1)])
    const other = treeOf([Uint8Array.of(2)])
    const proof = proveReads(tree, (state) => void state.get(Uint8Array.of(1)))
    assert.throws(() => openProof(here, other.root, proof), { reason: 'mkvs.rootMismatch' })
    tree.dispose()
    other.dispose()
  })
})
