/** What the node says of the rounds of a runtime that it follows. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { Block } from '@wadi/consensus/roothash/block'
import { check } from '../../errors.ts'
import { drawBetween } from '../../randomChoice.ts'
import type { WorkloadWorld } from '../../workload.ts'

type Asking = Pick<WorkloadWorld, 'client' | 'queries' | 'random'>

const LAST_ROUND = 2n ** 64n - 1n

function isSame(one: Block, other: Block): boolean {
  return equalBytes(encode(Block, one), encode(Block, other))
}

/** The block of a height is the one that the node of the runtime has, too. */
async function checkBlockAt({ client, queries }: Asking, height: bigint, last: bigint) {
  const { runtimeId } = queries
  if (runtimeId === undefined) return
  const told = await client.rootHash.getLatestBlock({ runtimeId, height })
  const { round } = told.header
  // The node may not have it yet.
  if (round > last) return
  const kept = await client.runtimeClient.getBlock({ runtimeId, round })
  check(isSame(told, kept), () => `round ${round} of the runtime is told in two ways`)
}

/** See the top of this file. */
export async function checkRuntime(world: Asking, height: bigint): Promise<void> {
  const { client, queries, random } = world
  const { runtimeId } = queries
  if (runtimeId === undefined || !queries.asksRounds) return
  const { runtimeClient } = client
  const first = (await runtimeClient.getLastRetainedBlock(runtimeId)).header.round
  const last = (await runtimeClient.getBlock({ runtimeId, round: LAST_ROUND })).header.round
  const round = drawBetween(random, first, last)
  const { header } = await runtimeClient.getBlock({ runtimeId, round })
  check(header.round === round, () => `round ${round} of the runtime says it is ${header.round}`)
  const inputs = await runtimeClient.getTransactions({ runtimeId, round })
  const results = await runtimeClient.getTransactionsWithResults({ runtimeId, round })
  const areSame =
    inputs.length === results.length &&
    inputs.every((input, i) => equalBytes(input, results[i]!.tx))
  check(areSame, () => `the transactions of round ${round} are told in two ways`)
  const events = await runtimeClient.getEvents({ runtimeId, round })
  const told = new Set(events.map(({ key, value }) => `${toHex(key)} ${toHex(value)}`))
  const ofResults = results.flatMap((result) => result.events)
  const areTold = ofResults.every(({ key, value }) => told.has(`${toHex(key)} ${toHex(value)}`))
  check(areTold, () => `the events of round ${round} are told in two ways`)
  await checkBlockAt(world, height, last)
}
