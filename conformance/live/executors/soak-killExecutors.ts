/**
 * Kills any minority of three to seven compute nodes, each a process, again and again while they
 * have much to do, and starts them anew:
 *
 *   WADI_SOAK_SECONDS=1800 node conformance/live/executors/soak-killExecutors.ts [sizes …]
 *
 * The sizes share the time. In the end every node has the same rounds, and whatever anybody was
 * told is final. Nothing is ever repaired: whoever does not come back by itself fails the run.
 */

import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { createNetwork, type LocalNetwork, type NetworkNode } from '@wadi/localnet/create-network'
import { readKey } from '@wadi/localnet/testing/keyvalue-user'
import { ExecutorLoad, lastRound, roundHash } from './executorLoad.ts'
import { watchNodes } from './watchNodes.ts'

const SIZES = [3, 4, 5, 6, 7]
const BLOCK_MS = 1_000
const EPOCH_BLOCKS = 60
const WATCHED = 'nodes.txt'
/** Between the return of the last ones and the next kill, at most. */
const LIFE_MS_MAX = 5_000
const AWAY_MS_MAX = 10_000
const LOOK_MS = 250
/** Until somebody who was killed is where the others are, on a machine that may be busy. */
const BACK_MS_MAX = 240_000
/** Asked of every node in the end, beside the last of each sender. */
const RECALLED = 200

const seconds = Number(process.env['WADI_SOAK_SECONDS'] ?? 300)
const chosen = process.argv.slice(2).map(Number)
const sizes = chosen.length > 0 ? chosen : SIZES

async function within<T>(ms: number, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  let why: unknown
  for (const lastMs = performance.now() + ms; performance.now() < lastMs; await sleep(LOOK_MS)) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      why = error
    }
  }
  throw new Error(`${what}: not after ${ms} ms`, { cause: why })
}

/** Any of them, as many as asked for. */
function drawn<T>(all: readonly T[], count: number): readonly T[] {
  const left = [...all]
  return Array.from({ length: count }, () => left.splice(randomInt(left.length), 1)[0]!)
}

async function untilRound(node: NetworkNode, round: bigint): Promise<void> {
  await within(BACK_MS_MAX, `${node.name} has round ${round}`, async () =>
    (await lastRound(node)) >= round ? true : undefined,
  )
}

/** What is final is the same everywhere, and nobody has lost anything. */
async function check(nodes: readonly NetworkNode[], load: ExecutorLoad): Promise<bigint> {
  const rounds = await Promise.all(nodes.map((node) => lastRound(node)))
  const last = rounds.reduce((most, each) => (each > most ? each : most))
  await Promise.all(nodes.map((node) => untilRound(node, last)))
  for (let round = 1n; round <= last; round++) {
    const hashes = await Promise.all(nodes.map((node) => roundHash(node, round)))
    assert(new Set(hashes).size === 1, `the same round ${round} everywhere: ${hashes}`)
  }
  const { remembered } = load
  const some = drawn(remembered, Math.min(RECALLED, remembered.length))
  for (const node of nodes)
    for (const { key, value } of some) {
      const found = await readKey(node, key)
      assert(found === value, `${node.name}: ${key} is ${value}, and not ${found}`)
    }
  return last
}

async function killAgainAndAgain(
  network: LocalNetwork,
  { nodes, up, endMs }: { nodes: readonly NetworkNode[]; up: Set<NetworkNode>; endMs: number },
): Promise<number> {
  const minority = Math.floor((nodes.length - 1) / 2)
  let kills = 0
  while (performance.now() < endMs) {
    await sleep(randomInt(LIFE_MS_MAX))
    const killed = drawn(nodes, 1 + randomInt(minority))
    for (const node of killed) up.delete(node)
    await Promise.all(killed.map(({ name }) => network.killNode(name)))
    kills += killed.length
    await sleep(randomInt(AWAY_MS_MAX))
    const [other] = up
    const round = await within(BACK_MS_MAX, `${other!.name} knows a round`, () => lastRound(other!))
    await Promise.all(killed.map(({ name }) => network.startNode(name)))
    for (const node of killed) {
      await untilRound(node, round)
      up.add(node)
    }
  }
  return kills
}

async function soak(folder: string, computeNodes: number, ms: number): Promise<void> {
  await using network = await createNetwork({
    ...{ validators: 1, processes: 'each', blockMs: BLOCK_MS, epochBlocks: EPOCH_BLOCKS },
    ...{ folder: join(folder, 'network'), paratimes: ['keyvalue'], computeNodes },
  })
  const nodes = network.nodes.filter(({ part }) => part === 'compute')
  for (const node of nodes) await untilRound(node, 1n)
  using _watch = watchNodes(network.nodes, join(folder, WATCHED))
  const up = new Set(nodes)
  const load = new ExecutorLoad(() => [...up])
  const failed = network.failed.then((error) => {
    throw error
  })
  const run = async () => {
    const endMs = performance.now() + ms
    const kills = await killAgainAndAgain(network, { nodes, up, endMs })
    await load.end()
    return { kills, last: await check(nodes, load) }
  }
  const { kills, last } = await Promise.race([run(), load.failed, failed])
  const { remembered, repeated } = load
  console.log(
    `${computeNodes} compute nodes: ${kills} killed, ${last} rounds the same everywhere, ` +
      `${remembered.length} calls final and there, ${repeated} asked again`,
  )
}

/** What somebody needs who looks into a failure stays: the folder with all logs. */
async function soakIn(folder: string, computeNodes: number, ms: number): Promise<void> {
  const path = join(folder, WATCHED)
  writeFileSync(path, '')
  try {
    await soak(folder, computeNodes, ms)
  } catch (error) {
    console.error(`what the nodes wrote is in ${folder}; what they knew last:`)
    console.error(readFileSync(path, 'utf8').split('\n\n').at(-2) ?? 'nothing')
    throw error
  }
  rmSync(folder, { recursive: true })
}

for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-executors-'))
  await soakIn(folder, size, (seconds * 1_000) / sizes.length)
}
console.log(`${sizes.join(', ')} compute nodes: nothing is lost, nothing was repaired`)
