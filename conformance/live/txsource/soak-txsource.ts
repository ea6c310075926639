/**
 * All consensus workloads of `debug txsource` at four real processes, one of which is killed and
 * started anew every half minute:
 *
 *   WADI_SOAK_SECONDS=1800 node conformance/live/txsource/soak-txsource.ts
 *
 * The first process is never killed: its memory is what is looked at, as the system counts it and
 * as what is left when all garbage is collected, once a minute. In the end all nodes have the same
 * blocks and states, every transaction that a workload was told is in a block is there, and
 * everything holds that must always hold. Nothing is ever repaired.
 */

import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { workloadNetwork } from '@wadi/node/testing/workload-network'
import { createNodeClient } from '@wadi/sdk/node-client'
import { RealNetwork } from '../real-nodes/realNetwork.ts'
import { BusyNetwork } from './busyNetwork.ts'
import { growthOf, type Reading } from './liveMemory.ts'
import { ResidentMemory } from './residentMemory.ts'
import { checkBlocks, checkCommitted, checkDumps, checkInvariants } from './soundness.ts'

/** Four processes start on a machine that may be busy. */
const START_MS_MAX = 240_000
const KILL_EVERY_MS = 30_000
const BEHIND_MAX = 10n
/** Sometimes the others go on without it for a while. */
const AWAY_MS_MAX = 4_000
const LOOK_EVERY_MS = 2_000
const LOOKS_PER_READING = 2
/** A shorter run says nothing about memory. */
const FLAT_SECONDS = 600
const GROWTH_MAX = 1.25
const BYTES_OF_MEGABYTE = 1_000_000

const seconds = Number(process.env['WADI_SOAK_SECONDS'] ?? 1_800)
const begun = performance.now()
const endMs = begun + seconds * 1_000

await using network = await RealNetwork.start(
  workloadNetwork({ seed: 'txsource', validators: 4, timeoutCommitMs: 200n, epochBlocks: 20n }),
  { isMeasured: true },
)
const { genesis, nodes, folders, signed } = network
const [first, ...mortal] = nodes
using busy = new BusyNetwork(network)
const memory = new ResidentMemory(nodes)
const readings: Reading[] = []
let kills = 0

function tell(): void {
  const work = busy.work.map(({ name, iterations }) => `${name} ${iterations}`).join(', ')
  const own = Math.round(process.memoryUsage.rss() / BYTES_OF_MEGABYTE)
  const rss = nodes.map((node) => Math.round((node.memoryBytes() ?? 0) / BYTES_OF_MEGABYTE))
  const at = Math.round((performance.now() - begun) / 1_000)
  console.log(
    `${at} s, height ${network.height}, ${kills} kills, ${busy.committed.length} transactions; ` +
      `${work}; MB ${rss.join(' ')}, here ${own}`,
  )
}

async function readLive(): Promise<void> {
  const live = await first!.liveBytes()
  readings.push({ seconds: Math.round((performance.now() - begun) / 1_000), ...live })
  const [heap, external] = [live.heap, live.external].map((one) => one / BYTES_OF_MEGABYTE)
  console.log(`live MB: objects ${heap!.toFixed(1)}, bytes and kernels ${external!.toFixed(1)}`)
}

async function waitUntil(ms: number): Promise<void> {
  while (performance.now() < ms) {
    for (const node of nodes) node.checkAlive()
    memory.look()
    await sleep(Math.max(1, Math.min(LOOK_EVERY_MS, ms - performance.now())))
  }
}

/** Two of four are not to be away at once: no blocks come then, which is nobody's fault. */
function isAnyBehind(): boolean {
  return mortal.some((node) => network.heightOf(node) + BEHIND_MAX < network.height)
}

async function killNow(): Promise<void> {
  if (isAnyBehind()) {
    console.log('nobody is killed: the last one is not back yet')
    return
  }
  const node = mortal[randomInt(mortal.length)]!
  const ending = await node.kill()
  assert(ending === 'SIGKILL', `${node.address} ended by itself: ${ending}`)
  kills++
  await sleep(randomInt(AWAY_MS_MAX))
  if (!busy.isOver) node.start()
}

async function killAgainAndAgain(): Promise<void> {
  let looks = 0
  for (let next = begun + KILL_EVERY_MS; ; next += KILL_EVERY_MS) {
    await waitUntil(Math.min(next, endMs))
    tell()
    if (++looks % LOOKS_PER_READING === 0) await readLive()
    if (next >= endMs) break
    await killNow()
  }
  busy.end()
}

function checkMemory(): void {
  for (const [i, { early, late, most }] of memory.trends.entries())
    console.log(`node ${i}: ${early} MB, later ${late} MB, at most ${most} MB`)
  const { early, late } = memory.trends[0]!
  const isFlat = late <= early * GROWTH_MAX
  assert(isFlat || seconds < FLAT_SECONDS, `${first!.address} grows from ${early} MB to ${late} MB`)
  const growth = growthOf(readings)
  assert(growth === undefined, `${first!.address}: ${growth}`)
}

async function checkAll(): Promise<void> {
  const clients = busy.channels.map(createNodeClient)
  const height = network.height + 1n
  await network.reach(height + 1n)
  await Promise.all(clients.map((client) => client.nodeController.waitSync()))
  await checkBlocks(clients, height)
  await checkCommitted(clients, busy.committed)
  const supply = await checkDumps(clients, height)
  console.log(`${height} blocks are the same everywhere; the supply is ${supply}`)
  assert(signed.twice.length === 0, `nobody signs twice: ${signed.twice.join('; ')}`)
  for (const node of nodes) assert((await node.stop()) === 0, `${node.address} ends when asked to`)
  for (const { dataDir } of folders) checkInvariants(dataDir, genesis.chainContext)
}

try {
  await network.reach(2n, nodes, START_MS_MAX)
  await Promise.all([busy.run(), killAgainAndAgain()])
  for (const { name, iterations, committed, failed } of busy.work)
    console.log(`${name}: ${iterations} iterations, ${committed} transactions, ${failed} failed`)
  await checkAll()
  checkMemory()
  console.log(
    `${kills} kills, ${busy.committed.length} transactions: no fork, nothing lost, nobody signed ` +
      'twice, everything holds',
  )
} catch (error) {
  busy.end()
  console.log(network.lastLines())
  throw error
}
