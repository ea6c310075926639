/**
 * Every block of a network in order, each of them once: also those that came while nobody looked,
 * and also if the node that tells of them goes away, or stands still while others go on.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { isTold } from '@wadi/base/errors'
import { followHeights } from '@wadi/sdk/follow-heights'
import type { NetworkNode } from '../createNetwork.ts'
import { ANSWER_MS_MAX } from '../limits.ts'

/** What is read of each block, and when that ends. */
export interface FollowBlocksOptions<B> {
  /** The first height; that after the last one if it is left out. */
  readonly from: bigint | undefined
  readonly signal: AbortSignal
  readonly read: (node: NetworkNode, height: bigint) => Promise<B>
  /** Who tells of no block for so long is not waited for: {@link ANSWER_MS_MAX} if left out. */
  readonly stillMs?: number
}

const PAUSE_MS = 250

/** See the top of this file. Ends when it is told to. */
export async function* followBlocks<B>(
  nodes: readonly NetworkNode[],
  { from, signal, read, stillMs = ANSWER_MS_MAX }: FollowBlocksOptions<B>,
): AsyncGenerator<B> {
  let next = from
  for (let i = 0; !signal.aborted; i = (i + 1) % nodes.length) {
    const node = nodes[i]!
    const { client } = node
    const still = new AbortController()
    const until = AbortSignal.any([signal, still.signal])
    let timer = setTimeout(() => still.abort(), stillMs)
    try {
      next ??= (await client.consensus.getLatestHeight(undefined, { signal: until })) + 1n
      for await (const height of followHeights(client, { from: next, signal: until })) {
        const block = await read(node, height)
        clearTimeout(timer)
        next = height + 1n
        yield block
        timer = setTimeout(() => still.abort(), stillMs)
      }
    } catch (error) {
      if (!isTold(error)) throw error
    } finally {
      clearTimeout(timer)
    }
    // Another node may know; all of them may be away for a moment.
    if (!signal.aborted) await wait(Math.min(PAUSE_MS, stillMs))
  }
}
