import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { openStates, withStore } from './nodeStores.ts'
import { findStoppedNode } from './stoppedNode.ts'

const DONE = 0

/**
 * `storage compact`: gives the disk back what pruned states took. Blocks need no such thing: the
 * files of those that are pruned are gone.
 */
export const compact = command({
  name: 'compact',
  summary: 'give room that the databases do not need back to the disk',
  examples: ['wadi-node storage compact --config node.yaml'],
  options: persistentFlags,
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    const freed = withStore(openStates(node), (database) => {
      const { size: before } = database.size
      while (database.compact());
      return before - database.size.size
    })
    const sentence =
      freed === undefined ? 'there are no states to compact' : `${freed} bytes were given back`
    world.out.write(`${sentence}\n`)
    return DONE
  },
})
