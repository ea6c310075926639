/**
 * Kills a validator of either kind, again and again, at random moments, sometimes wipes it, and
 * starts it anew:
 *
 *   node conformance/live/fellow-validator/soak-killFellow.ts [kills]
 *
 * For as many kills as are asked for, or for `WADI_SOAK_SECONDS`. Nobody may sign twice, and after
 * every few kills all have to have the same block.
 */

import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { findComet } from '../external-engine/cometBinary.ts'
import { MixedNetwork } from './mixedNetwork.ts'

const KILLS_PER_CHECK = 5
const LIFE_MS_MAX = 6_000
/** One in so many is wiped. */
const WIPED = 4

async function check(network: MixedNetwork, count: number): Promise<void> {
  await network.goOn(2n)
  const { height } = network.observer
  await network.goOn(1n)
  await network.blockAt(height)
  const { twice } = network.signed
  assert(twice.length === 0, `nobody signs twice: ${twice.join('; ')}`)
  console.log(`${count} kills, height ${height}, ${network.signed.count} signatures seen`)
}

async function killOne({ members }: MixedNetwork): Promise<void> {
  await sleep(randomInt(LIFE_MS_MAX))
  const member = members[randomInt(members.length)]!
  await member.kill()
  if (randomInt(WIPED) === 0) member.wipe()
  await member.start()
}

async function soak(binary: string): Promise<void> {
  const kills = Number(process.argv[2] ?? Number.POSITIVE_INFINITY)
  const seconds = Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
  const isTimed = !Number.isFinite(kills)
  const end = isTimed ? performance.now() + seconds * 1000 : Number.POSITIVE_INFINITY
  const options = { seed: 'fellows', validators: 4, timeoutCommitMs: 100n, epochBlocks: 12n }
  await using network = await MixedNetwork.start(binary, createNetworkGenesis(options))
  let count = 0
  try {
    await network.goOn(3n)
    while (count < kills && performance.now() < end) {
      await killOne(network)
      count++
      if (count % KILLS_PER_CHECK === 0) await check(network, count)
    }
    await check(network, count)
    console.log(`${count} kills: no fork, nobody signed twice, nothing was repaired`)
  } catch (error) {
    console.log(network.said())
    throw error
  }
}

const comet = findComet()
if (comet.missing !== false) console.log(`skipped: ${comet.missing}`)
else await soak(comet.path)
