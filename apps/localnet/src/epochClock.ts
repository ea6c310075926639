/** Begins an epoch after every so many blocks: on a local network nobody else does. */

import { isTold } from '@wadi/base/errors'
import type { NetworkNode } from './createNetwork.ts'
import { nextEpoch } from './nextEpoch.ts'

/** A clock that runs until it is stopped. */
export interface EpochClock {
  stop(): void
}

/** Starts it. It asks one node; what that refuses is tried again with the next block. */
export function startEpochClock(node: NetworkNode, epochBlocks: number): EpochClock {
  const { client } = node
  const life = new AbortController()
  const { signal } = life
  const tick = async (height: bigint) => {
    const epoch = await client.beacon.getEpoch(height)
    const begun = await client.beacon.getEpochBlock(epoch)
    if (height - begun < BigInt(epochBlocks) - 1n) return
    await nextEpoch(node)
  }
  const run = async () => {
    for await (const { height } of client.consensus.watchBlocks(undefined, { signal }))
      await unlessAway(tick(height))
  }
  const keepOn = async () => {
    while (!signal.aborted) {
      await unlessAway(run())
      if (!signal.aborted) await unlessAway(waitSync())
    }
  }
  const waitSync = () =>
    client.nodeController.waitSync(undefined, { signal, whenAway: 'wait' }).then(() => undefined)
  void keepOn()
  return { stop: () => life.abort() }
}

/** A node that is away, or does not want it, is asked again later. */
async function unlessAway(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isTold(error)) throw error
  }
}
