/** `queries`: asks every service at random heights, and compares what they say with each other. */

import { randomBelow } from '@wadi/base/random'
import { drawBetween } from '../randomChoice.ts'
import type { Workload, WorkloadWorld } from '../workload.ts'
import { checkConsensus } from './queries/consensusAnswers.ts'
import { checkGovernance } from './queries/governanceAnswers.ts'
import { checkRegistry } from './queries/registryAnswers.ts'
import { checkRoothash } from './queries/roothashAnswers.ts'
import { checkRuntime } from './queries/runtimeAnswers.ts'
import { checkScheduler } from './queries/schedulerAnswers.ts'
import { checkStaking } from './queries/stakingAnswers.ts'
import { RuntimeCaller } from './runtime/runtimeCaller.ts'

const PERCENT = 100
/** So often of a hundred times it is the first height, and so often the last one. */
const EDGE_PERCENT = 10
const PAUSE_MS = 1_000

/** Something that is compared at a height. */
export type Comparison = (world: WorkloadWorld, height: bigint) => Promise<void>

const COMPARISONS: readonly Comparison[] = [
  checkConsensus,
  checkScheduler,
  checkRegistry,
  checkStaking,
  checkGovernance,
  checkRoothash,
  checkRuntime,
]

async function drawHeight({ client, random, queries }: WorkloadWorld): Promise<bigint> {
  const latest = await client.consensus.getLatestHeight()
  const retained = await client.consensus.getLastRetainedHeight()
  // COMPAT(oasis-core): zero versions are none but the last one.
  const kept = latest > queries.keptVersions ? latest - queries.keptVersions : 1n
  const earliest = kept > retained ? kept : retained
  const draw = randomBelow(random, PERCENT)
  if (draw < EDGE_PERCENT) return earliest
  if (draw < 2 * EDGE_PERCENT) return latest
  return drawBetween(random, earliest, latest)
}

/** See the top of this file. */
export const queriesWorkload: Workload = {
  needsFunds: false,
  async run(world) {
    const { client, log, queries, waiting } = world
    const { runtimeId, asksRounds } = queries
    if (runtimeId !== undefined && asksRounds)
      await new RuntimeCaller({ client, runtimeId, waiting }).ready()
    do {
      await client.nodeController.waitSync()
      const height = await drawHeight(world)
      await client.nodeController.getStatus()
      for (const compare of COMPARISONS) await compare(world, height)
      log.debug('compared answers', { height })
    } while (await world.goesOn(PAUSE_MS))
  },
}
