import { toHex } from '@wadi/base/bytes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { decidePruning, pruningOf } from '@wadi/consensus-services/application/pruning'
import { type CommandWorld, command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import type { Namespace } from '@wadi/primitives/namespace'
import { firstKeptRound } from '@wadi/runtime-executor/sync/prune'
import type { RoundHistory } from '@wadi/workers/round-history'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { openBlocks, openChain, openStates, withStore } from './nodeStores.ts'
import { openTrees, storedRuntimes, withHistory } from './runtimeStores.ts'
import { findStoppedNode, type StoppedNode } from './stoppedNode.ts'

const DONE = 0

/** The last round that changed something: a node answers for it as long as no other does. */
function lastNormal(history: RoundHistory): bigint {
  const { earliestRound: first = 0n, lastRound: last = 0n } = history
  for (let round = last; round > first; round--)
    if (history.committedBlock(round)?.block.header.headerType === HEADER_TYPES.normal) return round
  return first
}

/** Forgets rounds of a runtime, and the trees of these; gives how many. */
async function pruneRounds(
  node: StoppedNode,
  id: Namespace,
  history: RoundHistory,
): Promise<number> {
  const { numKept: keptCount } = node.config.runtime.prune
  const trees = openTrees(node, id)
  let count = 0
  try {
    const lastNormalRound = lastNormal(history)
    for (;;) {
      const { earliestRound: first, lastRound: latest } = history
      if (first === undefined || latest === undefined) return count
      const lastSyncedRound = trees?.lastRound ?? latest
      const kept = firstKeptRound({ first, latest, keptCount, lastNormalRound, lastSyncedRound })
      if (kept === undefined) break
      const gone = await history.pruneBefore(kept)
      count += gone.length
    }
    pruneTrees(trees, history.earliestRound ?? 0n)
    return count
  } finally {
    trees?.close()
  }
}

/** Forgets trees of rounds that the history does not have any more. */
function pruneTrees(trees: RuntimeStore | undefined, first: bigint): void {
  if (trees === undefined) return
  for (;;) {
    const { earliestRound: round, lastRound } = trees
    if (round === undefined || round >= first || round === lastRound) break
    trees.prune(round)
  }
  while (trees.database.compact());
}

/**
 * Forgets what may go of runtimes; gives the height to which all of their histories have got,
 * undefined if there are none.
 */
async function pruneRuntimes(node: StoppedNode, { out }: CommandWorld) {
  const mayPrune = node.config.runtime.prune.strategy !== 'none'
  let indexed: bigint | undefined
  for (const id of storedRuntimes(node)) {
    const height = await withHistory(node, id, async (history) => {
      if (mayPrune) {
        const count = await pruneRounds(node, id, history)
        out.write(`${count} rounds of the runtime ${toHex(id)} are pruned\n`)
      }
      return history.lastHeight
    })
    if (height !== undefined && (indexed === undefined || height < indexed)) indexed = height
  }
  return indexed
}

/** Forgets states; gives the height of the first one that stays, if any may go at all. */
function pruneStates(node: StoppedNode, indexed: bigint | undefined): bigint | undefined {
  const { strategy, numKept } = node.config.consensus.prune
  return withStore(openStates(node), (database) => {
    const { earliestVersion: earliest, latestVersion: latest } = database
    if (latest === undefined) return undefined
    const range = decidePruning(pruningOf(strategy, numKept), { earliest, latest }, [])
    if (range === undefined) return undefined
    // COMPAT(oasis-core): what the history of a runtime has not got to stays.
    const to = indexed === undefined || indexed > range.to ? range.to : indexed
    for (let version = range.from; version < to; version++) database.prune(version)
    while (database.compact());
    return to
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
  summary: 'remove what consensus.prune and runtime.prune in the configuration let go',
  examples: ['wadi-node storage prune --config node.yaml'],
  options: persistentFlags,
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    const indexed = await pruneRuntimes(node, world)
    // COMPAT(oasis-core): states go first. After a crash their blocks can still be run again.
    const retainHeight = pruneStates(node, indexed)
    const count = retainHeight === undefined ? 0 : pruneBlocks(node, world, retainHeight)
    const sentence =
      retainHeight === undefined
        ? 'nothing is to be pruned: consensus.prune says to keep all of it'
        : `states below ${retainHeight} are pruned, and ${count} blocks`
    world.out.write(`${sentence}\n`)
    return DONE
  },
})
