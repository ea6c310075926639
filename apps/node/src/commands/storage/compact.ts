import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import type { NodeDatabase } from '@wadi/node-storage/node-database'
import { openStates, withStore } from './nodeStores.ts'
import { openTrees, storedRuntimes } from './runtimeStores.ts'
import { findStoppedNode } from './stoppedNode.ts'

const DONE = 0

/** Bytes that a database gives back. */
function freedIn(database: Pick<NodeDatabase, 'size' | 'compact'>): number {
  const { size: before } = database.size
  while (database.compact());
  return before - database.size.size
}

/**
 * `storage compact`: gives the disk back what pruned states took, of the consensus layer and of
 * runtimes. Blocks need no such thing: files of those that are pruned are gone, and histories of
 * runtimes do it by themselves.
 */
export const compact = command({
  name: 'compact',
  summary: 'give room that the databases do not need back to the disk',
  examples: ['wadi-node storage compact --config node.yaml'],
  options: persistentFlags,
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    const freed = [
      withStore(openStates(node), freedIn),
      ...storedRuntimes(node).map((id) =>
        withStore(openTrees(node, id), ({ database }) => freedIn(database)),
      ),
    ].filter((bytes) => bytes !== undefined)
    const sum = freed.reduce((all, bytes) => all + bytes, 0)
    const sentence =
      freed.length === 0 ? 'there are no states to compact' : `${sum} bytes were given back`
    world.out.write(`${sentence}\n`)
    return DONE
  },
})
