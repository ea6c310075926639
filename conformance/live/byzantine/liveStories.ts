/** What became of liars on a network of processes, from its first epoch into the second. */

import { assert } from '@wadi/base/errors'
import type { ByzantineCase } from './byzantineCases.ts'
import { type ByzantineNetwork, EPOCH_AFTER, type Liar, ROUNDS_JUDGED } from './byzantineNetwork.ts'
import {
  type CommittedRound,
  committedRounds,
  type ToldBlock,
  toldBlocks,
} from './committedRounds.ts'

/** COMPAT(oasis-core): the round in which byzantine executors act. */
export const ROUND = 3n

/** Of one of them. */
export interface Story {
  readonly liar: Liar
  /** All that are over. */
  readonly rounds: readonly CommittedRound[]
  /** In which it acts. */
  readonly round: CommittedRound
}

/** See the top of this file. */
export interface Told {
  readonly network: ByzantineNetwork
  readonly blocks: readonly ToldBlock[]
  readonly stories: ReadonlyMap<ByzantineCase, Story>
}

/** Has a network live until everybody was judged by what he did; to be disposed of. */
export async function liveOn(network: ByzantineNetwork): Promise<Told> {
  await network.begin()
  for (const liar of network.liars) {
    const { kind, process, paratime } = liar
    await network.until(`${kind.name}: it ends by itself`, async () => !process.isRunning)
    assert(process.ending === 0, `${kind.name}: ${process.ending}\n${process.lastLines()}`)
    await network.until(`${kind.name}: rounds to be judged by`, async ({ rootHash }) => {
      const state = await rootHash.getRuntimeState({ runtimeId: paratime.id, height: 0n })
      return (state.livenessStats?.totalRounds ?? 0n) >= ROUNDS_JUDGED
    })
  }
  await network.setEpoch(EPOCH_AFTER)
  await network.until('the epoch after', async ({ beacon }) => {
    return (await beacon.getEpoch(0n)) === EPOCH_AFTER
  })
  return await told(network)
}

/** What the chain tells of it until now. */
export async function told(network: ByzantineNetwork): Promise<Told> {
  return await network.ask(async (client) => {
    const blocks = await toldBlocks(client)
    const stories = new Map<ByzantineCase, Story>()
    for (const liar of network.liars) {
      const rounds = await committedRounds(client, blocks, liar.paratime.id)
      const round = rounds.find(({ header }) => header.round === ROUND)
      assert(round !== undefined, `${liar.kind.name}: round ${ROUND} is over`)
      stories.set(liar.kind, { liar, rounds, round })
    }
    return { network, blocks, stories }
  })
}
