/** What validators do under a load, and what it costs them. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadPeer } from './loadPeer.ts'
import type { Nodes } from './nodes.ts'
import { cpuSecondsOf, residentBytesOf } from './processUse.ts'

/** How much is sent, and for how long. */
export interface LoadPlan {
  /** Transactions a second; as many as come back unless told otherwise. */
  readonly perSecond?: number
  /** So many may be under way. */
  readonly waitingMax: number
  /** Before it counts. */
  readonly warmUpMs: number
  readonly windowMs: number
  /** The next transaction. */
  readonly next: () => Uint8Array
}

/** What was seen. */
export interface LoadResult {
  readonly seconds: number
  readonly blocks: number
  readonly transactions: number
  readonly cpuSeconds: number
  /** Sorted. */
  readonly latenciesMs: readonly number[]
  /** Of the largest process. */
  readonly residentBytes: number
}

const TICK_MS = 5
const SECOND = 1000
const DRAIN_MS_MAX = 30_000

/** Sends until it is told to stop. */
function send(peer: LoadPeer, { perSecond, waitingMax, next }: LoadPlan): () => void {
  const begunMs = performance.now()
  let count = 0
  let pending: Uint8Array | undefined
  const timer = setInterval(() => {
    const due =
      perSecond === undefined
        ? Number.POSITIVE_INFINITY
        : ((performance.now() - begunMs) * perSecond) / SECOND
    while (count < due && peer.waitingCount < waitingMax) {
      pending ??= next()
      if (!peer.send(pending)) return
      pending = undefined
      count++
    }
  }, TICK_MS)
  return () => clearInterval(timer)
}

/** Loads validators for a while; ends when everything that was sent is in a block. */
export async function measureLoad(
  nodes: Nodes,
  peer: LoadPeer,
  plan: LoadPlan,
): Promise<LoadResult> {
  const stop = send(peer, plan)
  await sleep(plan.warmUpMs)
  const counted = await measureQuietly(nodes, peer, plan.windowMs)
  stop()
  const isOver = () => peer.waitingCount === 0
  await peer.until('everything is in a block', isOver, DRAIN_MS_MAX)
  return counted()
}

/** Watches validators for a while. What is to be counted may still be on its way afterwards. */
export async function measureQuietly(
  nodes: Nodes,
  peer: LoadPeer,
  windowMs: number,
): Promise<() => LoadResult> {
  const cpuBefore = cpuSecondsOf(nodes.pids)
  const begunMs = performance.now()
  await sleep(windowMs)
  const cpuSeconds = cpuSecondsOf(nodes.pids) - cpuBefore
  const endMs = performance.now()
  const residentBytes = residentBytesOf(nodes.pids)
  return () => {
    const blocks = peer.blocks.filter(({ atMs }) => atMs >= begunMs && atMs < endMs)
    return {
      seconds: (endMs - begunMs) / SECOND,
      blocks: blocks.length,
      transactions: blocks.reduce((sum, { txCount }) => sum + txCount, 0),
      cpuSeconds,
      latenciesMs: blocks.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b),
      residentBytes,
    }
  }
}
