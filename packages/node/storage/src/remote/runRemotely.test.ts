import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arena } from '@wadi/mkvs/arena'
import { NO_NODES } from '@wadi/mkvs/nodeReader'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import type { State } from '@wadi/mkvs/state'
import { type GetRequest, proveGet } from '@wadi/mkvs/syncer'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import fc from 'fast-check'
import { REMOTE_FETCHES_MAX } from '../limits.ts'
import { runRemotely } from './runRemotely.ts'

const arena = new Arena()

function treeOf(keys: readonly Uint8Array[]): Tree {
  const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  for (const key of keys) tree.insert(key, Uint8Array.of(1, ...key))
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

/** The same tree, of which only the root hash is known, and somebody who answers truly. */
function remoteOf(tree: Tree) {
  const { root } = tree
  const remote = openTree(arena, { root, rootAddress: 0, reader: NO_NODES })
  const fetchProof = async (request: GetRequest) => proveGet(tree, request)
  return { tree: remote, fetchProof }
}

const key = fc.uint8Array({ maxLength: 3 })
const keys = fc.array(key, { minLength: 1, maxLength: 40 })

describe('a rule over a remote tree', () => {
  it('reads, walks, writes and removes as over the tree itself', async () => {
    await fc.assert(
      fc.asyncProperty(keys, key, fc.nat(), async (all, written, choice) => {
        const tree = treeOf(all)
        const remote = remoteOf(tree)
        const rule = (state: State) => {
          const cursor = state.cursor()
          cursor.seek(written)
          state.insert(written, Uint8Array.of(9))
          state.remove(all[choice % all.length] as Uint8Array)
          return [cursor.key, state.get(all[0] as Uint8Array)]
        }
        const ours = await runRemotely(remote, rule)
        assert.deepEqual(ours, rule(tree))
        assert.deepEqual(remote.tree.rootHash(), tree.rootHash())
        remote.tree.dispose()
        tree.dispose()
      }),
      { numRuns: 100 },
    )
  })

  it('refuses an answer about another tree', async () => {
    const tree = treeOf([Uint8Array.of(1), Uint8Array.of(2)])
    const other = treeOf([Uint8Array.of(3), Uint8Array.of(4)])
    const { root } = other
    const lying = {
      ...remoteOf(tree),
      fetchProof: async (request: GetRequest) =>
        proveGet(other, { ...request, tree: { root, position: root.hash } }),
    }
    await assert.rejects(
      runRemotely(lying, (state) => state.get(Uint8Array.of(1))),
      { name: 'CodedError' },
    )
  })

  it('takes as many answers as the limit says, and not one more', async () => {
    const tree = treeOf([Uint8Array.of(1), Uint8Array.of(2)])
    const remote = remoteOf(tree)
    let misses = 0
    const missing = (times: number) => () => {
      if (misses++ < times) openMissing()
      return 'through'
    }
    const openMissing = () => remoteOf(tree).tree.get(Uint8Array.of(1))
    assert.equal(await runRemotely(remote, missing(REMOTE_FETCHES_MAX)), 'through')
    misses = 0
    await assert.rejects(runRemotely(remote, missing(REMOTE_FETCHES_MAX + 1)), {
      name: 'UnavailableError',
      reason: 'storage.remote-node',
    })
  })
})
