import { decidePruning, pruningOf } from '@wadi/consensus-services/application/pruning'
import { type CommandWorld, command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { openBlocks, openChain, openStates, withStore } from './nodeStores.ts'
import { findStoppedNode, type StoppedNode } from './stoppedNode.ts'

const DONE = 0

/** Forgets states; gives the height of the first one that stays, if any may go at all. */
function pruneStates(node: StoppedNode): bigint | undefined {
  const { strategy, numKept } = node.config.consensus.prune
  return withStore(openStates(node), (database) => {
    const { earliestVersion: earliest, latestVersion: latest } = database
    if (latest === undefined) return undefined
    const range = decidePruning(pruningOf(strategy, numKept), { earliest, latest }, [])
    if (range === undefined) return undefined
    for (let version = range.from; version < range.to; version++) database.prune(version)
    while (database.compact());
    return range.to
  })
}

/** Forgets blocks below a height, and what was needed to check them; gives how many. */
function pruneBlocks(node: StoppedNode, world: CommandWorld, wanted: bigint): number {
  const pruned = withStore(openBlocks(node, world), (blocks) => {
    const retainHeight = wanted < blocks.height ? wanted : blocks.height
    if (retainHeight <= blocks.base) return 0
    const count = blocks.prune(retainHeight)
    // To run the lowest block again takes the validators of the one before.
    withStore(openChain(node, world), (chain) => chain.prune(retainHeight - 1n))
    return count
  })
  return pruned ?? 0
}

/** `storage prune`: what the configuration lets go goes at once, while the node does not run. */
export const prune = command({
  name: 'prune',
  summary: 'remove what consensus.prune in the configuration lets go',
  examples: ['wadi-node storage prune --config node.yaml'],
  options: persistentFlags,
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    // COMPAT(oasis-core): states go first. After a crash their blocks can still be run again.
    const retainHeight = pruneStates(node)
    const count = retainHeight === undefined ? 0 : pruneBlocks(node, world, retainHeight)
    const sentence =
      retainHeight === undefined
        ? 'nothing is to be pruned: consensus.prune says to keep all of it'
        : `states below ${retainHeight} are pruned, and ${count} blocks`
    world.out.write(`${sentence}\n`)
    return DONE
  },
})
