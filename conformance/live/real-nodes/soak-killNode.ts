/**
 * Kills one of four real processes, again and again, at random moments, and starts it anew:
 *
 *   node conformance/live/real-nodes/soak-killNode.ts [kills]
 *
 * For as many kills as are asked for, or for `WADI_SOAK_SECONDS`. A stranger on the network hears
 * all votes: nobody may sign twice. After every few kills all nodes have to have the same blocks.
 * Nothing is ever repaired: whoever does not come back by itself fails the run.
 */

import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { signedTransfer } from '@wadi/compose/network-transfer'
import type { NodeProcess } from '@wadi/compose/testing/node-process'
import { RealNetwork } from './realNetwork.ts'

const KILLS_PER_CHECK = 10
/** A process is killed so long after it began, at most: also in the middle of beginning. */
const LIFE_MS_MAX = 6_000
const ACCOUNTS = 64

const kills = Number(process.argv[2] ?? Number.POSITIVE_INFINITY)
const seconds = Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const endMs = Number.isFinite(kills) ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000

await using network = await RealNetwork.start({
  validators: 4,
  accounts: ACCOUNTS,
  timeoutCommitMs: 50n,
  seed: 'kill',
  epochBlocks: 20n,
})
const { genesis, nodes, observer, signed } = network

/** Blocks are not to be empty: a transfer now and then, to whoever is there. */
const nonces = new Map<number, bigint>()
function submitSome(): void {
  const i = randomInt(ACCOUNTS)
  const nonce = nonces.get(i) ?? 0n
  const { chainContext, accounts } = genesis
  const to = accounts[(i + 1) % ACCOUNTS]!.address
  const transfer = signedTransfer({ chainContext, from: accounts[i]!, to, amount: 1n, nonce })
  if (nodes.filter((node) => observer.submit(node.address, [transfer])).length >= 2)
    nonces.set(i, nonce + 1n)
}

async function check(count: number): Promise<void> {
  const height = network.height
  await network.reach(height + 2n)
  const hashes = await network.hashesAt(height + 1n)
  assert(new Set(hashes).size === 1, `the same block ${height + 1n} everywhere: ${hashes}`)
  assert(!hashes.includes('nothing'), `everybody has block ${height + 1n}: ${hashes}`)
  assert(signed.twice.length === 0, `nobody signs twice: ${signed.twice.join('; ')}`)
  console.log(`${count} kills, height ${height + 1n}, ${signed.count} signatures seen`)
}

async function killOne(node: NodeProcess): Promise<void> {
  await sleep(randomInt(LIFE_MS_MAX))
  submitSome()
  const ending = await node.kill()
  assert(ending === 'SIGKILL', `${node.address} ended by itself: ${ending}`)
  // Sometimes the others go on without it for a while.
  await sleep(randomInt(2) * randomInt(2_000))
  node.start()
}

let count = 0
try {
  await network.reach(2n)
  while (count < kills && performance.now() < endMs) {
    await killOne(nodes[randomInt(nodes.length)]!)
    count++
    if (count % KILLS_PER_CHECK === 0) await check(count)
  }
  await check(count)
  for (const node of nodes) assert((await node.stop()) === 0, `${node.address} ends when asked to`)
  console.log(`${count} kills: no fork, nobody signed twice, nothing was repaired`)
} catch (error) {
  console.log(network.lastLines())
  throw error
}
