/** Validators under a load, as a contender. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Partner } from '../scenario.ts'
import { LoadPeer } from './loadPeer.ts'
import { type LoadResult, measureLoad } from './measureLoad.ts'
import type { Nodes } from './nodes.ts'

/** Who, and what they are sent. */
export interface LoadedOptions {
  readonly name: string
  readonly nodes: Nodes
  readonly next: () => Uint8Array
}

/** Transactions that are under way when validators get as many as they can take. */
const WAITING_MAX = 3000
/** Transactions a second when they have time. */
const GENTLE_PER_SECOND = 200
const SETTLE_MS = 1000
const WARM_UP_MS = 2500
const WINDOW_MS = 7000
const GENTLE_MS = 4000
const MEGABYTE = 1_000_000
const LATE = 0.99

function latencies({ latenciesMs }: LoadResult): string {
  const at = (part: number) => latenciesMs[Math.floor(latenciesMs.length * part)]?.toFixed(0)
  return `committed after ${at(0.5)} ms (p50), ${at(LATE)} ms (p99)`
}

function describe(what: string, result: LoadResult): string {
  const { blocks, transactions, seconds, residentBytes } = result
  const blockRate = `${(blocks / seconds).toFixed(1)} blocks/s`
  const rates = `${blockRate}, ${(transactions / seconds).toFixed(0)} tx/s`
  return `${what}: ${rates}, ${latencies(result)}, ${(residentBytes / MEGABYTE).toFixed(0)} MB`
}

/** A peer of all of them; whoever cannot be reached is ended. */
export async function connect(nodes: Nodes): Promise<LoadPeer> {
  const peer = new LoadPeer(nodes.chainId, nodes.addresses)
  try {
    await peer.connect()
    return peer
  } catch (error) {
    peer.stop()
    await nodes.stop()
    throw error
  }
}

/** Validators that pause while it is not their turn. The figure is transactions per CPU second. */
export async function loadedNodes({ name, nodes, next }: LoadedOptions): Promise<Partner> {
  const peer = await connect(nodes)
  nodes.pause()
  let note = ''
  const plan = { waitingMax: WAITING_MAX, next }
  return {
    name,
    async round() {
      nodes.goOn()
      await sleep(SETTLE_MS)
      const gentle = await measureLoad(nodes, peer, {
        ...plan,
        perSecond: GENTLE_PER_SECOND,
        warmUpMs: SETTLE_MS,
        windowMs: GENTLE_MS,
      })
      const full = await measureLoad(nodes, peer, {
        ...plan,
        warmUpMs: WARM_UP_MS,
        windowMs: WINDOW_MS,
      })
      nodes.pause()
      const few = describe(`${GENTLE_PER_SECOND} tx/s`, gentle)
      note = `last round: ${describe('as much as goes', full)}; ${few}`
      return full.transactions / full.cpuSeconds
    },
    close() {
      peer.stop()
      void nodes.stop()
    },
    note: () => note,
  }
}
