/** The workload behind the figures of the README: batches of pairs, each a commit that is final. */

import { toHex } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { openTree } from '@wadi/mkvs/tree'
import { NodeDatabase, type NodeDurability } from './nodeDatabase.ts'

/** A pair to be written. */
export interface BatchPair {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A tree with a database under it, for benchmarks. */
export interface PersistedTree {
  /** Writes each batch as one commit, finalizes it, and returns the last root in hexadecimal. */
  writeBatches(batches: readonly (readonly BatchPair[])[]): string
  close(): void
}

/** An empty tree over a new database in a folder. */
export function createPersistedTree(path: string, durability: NodeDurability): PersistedTree {
  const namespace = new Uint8Array(32)
  const database = NodeDatabase.open({ path, chain: 'benchmark', namespace, durability })
  let root: Root = { namespace, version: 1n, type: ROOT_TYPE_STATE, hash: EMPTY_HASH }
  const tree = openTree(new Arena(), { root, rootAddress: 0, reader: database })
  const writeBatch = (batch: readonly BatchPair[]): void => {
    for (const { key, value } of batch) tree.insert(key, value)
    const baseAddress = database.nextAddress
    const version = (database.latestVersion ?? 0n) + 1n
    const commit = tree.commit({ version, baseAddress })
    database.commit({ commit, previous: root, baseAddress })
    database.finalize([commit.root])
    root = commit.root
  }
  return {
    writeBatches: (batches) => {
      for (const batch of batches) writeBatch(batch)
      return toHex(root.hash)
    },
    close: () => {
      tree.dispose()
      database.close()
    },
  }
}
