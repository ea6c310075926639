import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import { MissingNodeError, NO_NODES } from './nodeReader.ts'
import type { Proof } from './proof.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { type Pair, pairsWithPrefix } from './state.ts'
import { proveGet, proveIterate, verifyAnswer } from './syncer.ts'
import { createTree, openTree, type Tree } from './tree.ts'

/** Whoever answers is elsewhere: nothing that it does may help the asker's arena. */
const here = new Arena()
const there = new Arena()

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x40, 0x55, 0x80, 0xff), { maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes))
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 30, selector: toHex })

function treeOf(list: readonly Uint8Array[]): Tree {
  const tree = createTree(there, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  for (const k of list) tree.insert(k, k)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

/** Makes a call again and again, merging what is missing. */
type Retry = (call: () => void, ask: (missing: MissingNodeError) => Proof) => void

function withRemote(tree: Tree, look: (remote: Tree, retry: Retry) => void): void {
  const remote = openTree(here, { root: tree.root, rootAddress: 0, reader: NO_NODES })
  look(remote, (call, ask) => {
    for (let asked = 0; asked < 100; asked++) {
      try {
        call()
        return
      } catch (error) {
        if (!(error instanceof MissingNodeError)) throw error
        remote.merge(verifyAnswer(ask(error), error), error.key)
      }
    }
    assert.fail('the proofs lead nowhere')
  })
  remote.dispose()
}

const askNext =
  (tree: Tree, proofVersion: number) =>
  ({ position, key: from }: MissingNodeError): Proof =>
    proveIterate(tree, {
      tree: { root: tree.root, position },
      key: from,
      prefetch: 0,
      proofVersion,
    })

const askSiblings =
  (tree: Tree, proofVersion: number) =>
  ({ position, key: wanted }: MissingNodeError): Proof => {
    const asked = { tree: { root: tree.root, position }, key: wanted, proofVersion }
    return proveGet(tree, { ...asked, includeSiblings: true })
  }

describe('a remote tree', () => {
  it('goes on with the very cursor that has missed a node', () => {
    fc.assert(
      fc.property(keys, fc.constantFrom(0, 1), (list, proofVersion) => {
        const tree = treeOf(list)
        withRemote(tree, (remote, retry) => {
          const ask = askNext(tree, proofVersion)
          const cursor = remote.cursor()
          const met: Pair[] = []
          retry(() => cursor.seek(EMPTY_BYTES), ask)
          while (cursor.key !== undefined) {
            met.push([cursor.key, cursor.value!])
            retry(() => cursor.next(), ask)
          }
          assert.deepEqual(met, [...pairsWithPrefix(tree, EMPTY_BYTES)])
        })
        tree.dispose()
      }),
      { numRuns: 200 },
    )
  })

  it('removes key after key, asking for what is missing beside each', () => {
    const script = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 12 })
    fc.assert(
      fc.property(keys, script, fc.constantFrom(0, 1), (list, steps, proofVersion) => {
        const tree = treeOf(list)
        const local = treeOf(list)
        withRemote(tree, (remote, retry) => {
          for (const [choice, hashes] of steps) {
            const k = list[choice % list.length]!
            retry(() => remote.remove(k), askSiblings(tree, proofVersion))
            local.remove(k)
            if (hashes) assert.deepEqual(remote.rootHash(), local.rootHash())
          }
          assert.deepEqual(remote.rootHash(), local.rootHash())
        })
        local.dispose()
        tree.dispose()
      }),
      { numRuns: 200 },
    )
  })

  it('is walked to its end after a change whose hash was asked for', () => {
    fc.assert(
      fc.property(keys, fc.nat(), fc.constantFrom(0, 1), (list, choice, proofVersion) => {
        const tree = treeOf(list)
        const local = treeOf(list)
        withRemote(tree, (remote, retry) => {
          const k = list[choice % list.length]!
          retry(() => remote.remove(k), askSiblings(tree, proofVersion))
          local.remove(k)
          remote.rootHash()
          const cursor = remote.cursor()
          const ask = askNext(tree, proofVersion)
          retry(() => cursor.seek(EMPTY_BYTES), ask)
          const met: Pair[] = []
          while (cursor.key !== undefined) {
            met.push([cursor.key, cursor.value!])
            retry(() => cursor.next(), ask)
          }
          assert.deepEqual(met, [...pairsWithPrefix(local, EMPTY_BYTES)])
        })
        local.dispose()
        tree.dispose()
      }),
      { numRuns: 200 },
    )
  })
})
