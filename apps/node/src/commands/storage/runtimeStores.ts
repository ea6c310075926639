/** Trees and histories of runtimes of a node that does not run. What is not there is not made. */

import { join } from 'node:path'
import { parseHex, toHex } from '@wadi/base/bytes'
import { RUNTIME_PLACES, RUNTIMES_FOLDER, runtimeFolder } from '@wadi/contracts/runtime-places'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { Namespace } from '@wadi/primitives/namespace'
import { RoundHistory } from '@wadi/workers/round-history'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { errors } from '../transaction/commandErrors.ts'
import type { StoppedNode } from './stoppedNode.ts'

type Stores = Pick<StoppedNode, 'dataDir' | 'stores'>

const { trees: TREES, history: HISTORY } = RUNTIME_PLACES
const PLACE = new RegExp(`^${RUNTIMES_FOLDER}/([0-9a-f]{64})/(?:${TREES}|${HISTORY})$`)

/** The runtimes that a node has trees or blocks of, in the order of their identifiers. */
export function storedRuntimes({ stores }: Pick<Stores, 'stores'>): readonly Namespace[] {
  const found = stores.flatMap(({ folder }) => PLACE.exec(folder)?.[1] ?? [])
  return [...new Set(found)].toSorted().map((id) => Namespace.check(parseHex(id)))
}

/** The network that a store is of; undefined if there is no such store. */
function networkOf({ stores }: Stores, folder: string): string | undefined {
  return stores.find((store) => store.folder === folder)?.chain.split(' ', 1)[0]
}

/** The trees of a runtime, round by round. */
export function openTrees(node: Stores, id: Namespace): RuntimeStore | undefined {
  const folder = `${runtimeFolder(id)}/${TREES}`
  const chain = networkOf(node, folder)
  if (chain === undefined) return undefined
  return new RuntimeStore({
    files: nodeFiles,
    path: join(node.dataDir, folder),
    chain,
    runtimeId: id,
  })
}

/** The trees of a runtime that was named, which have to be there. */
export function needTrees(node: Stores, id: Namespace): RuntimeStore {
  const trees = openTrees(node, id)
  if (trees !== undefined) return trees
  const all = storedRuntimes(node).map(toHex)
  const known =
    all.length === 0 ? 'it has none of any runtime' : `it has those of ${all.join(', ')}`
  throw errors.badValue(
    `${node.dataDir} has no trees of the runtime ${toHex(id)}; ${known}: name one of these, or another folder`,
  )
}

/** Uses the blocks of a runtime; undefined if they are not there. */
export async function withHistory<A>(
  node: Stores,
  id: Namespace,
  use: (history: RoundHistory) => A | Promise<A>,
): Promise<A | undefined> {
  const folder = `${runtimeFolder(id)}/${HISTORY}`
  const chain = networkOf(node, folder)
  if (chain === undefined) return undefined
  const store = await DiskStore.open({ path: join(node.dataDir, folder), chain })
  try {
    return await use(await RoundHistory.open({ store, runtimeId: id, seen: 'committed' }))
  } finally {
    await store.close()
  }
}
