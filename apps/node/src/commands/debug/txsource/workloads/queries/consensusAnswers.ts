/** Blocks, transactions and their events, as the consensus layer and the services tell them. */

import { toHex } from '@wadi/base/bytes'
import { encode, type Schema } from '@wadi/cbor/codec'
import type { TransactionEvent } from '@wadi/consensus/consensus/api'
import { Event as GovernanceEvent } from '@wadi/consensus/governance/events'
import { Event as RegistryEvent } from '@wadi/consensus/registry/events'
import { Event as StakingEvent } from '@wadi/consensus/staking/events'
import { EMPTY_HASH, type Hash } from '@wadi/primitives/hash'
import { check } from '../../errors.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** Events by what they say, with how often they are told. */
type Told = Map<string, number>

/** The events of transactions, not those of the block. */
function toldOf<E extends { readonly txHash: Hash }>(
  schema: Schema<E>,
  events: readonly E[],
): Told {
  const told: Told = new Map()
  const nobody = toHex(EMPTY_HASH)
  for (const event of events) {
    if (toHex(event.txHash) === nobody) continue
    const key = toHex(encode(schema, event))
    told.set(key, (told.get(key) ?? 0) + 1)
  }
  return told
}

function areSame(a: Told, b: Told): boolean {
  return a.size === b.size && [...a].every(([key, count]) => b.get(key) === count)
}

function present<E>(
  events: readonly TransactionEvent[],
  read: (event: TransactionEvent) => E | undefined,
): readonly E[] {
  return events.map(read).filter((event) => event !== undefined)
}

async function checkEvents(
  { client }: WorkloadWorld,
  height: bigint,
  events: readonly TransactionEvent[],
): Promise<void> {
  const staking = await client.staking.getEvents(height)
  const registry = await client.registry.getEvents(height)
  const governance = await client.governance.getEvents(height)
  const ofStaking = present(events, (event) => event.staking)
  const ofRegistry = present(events, (event) => event.registry)
  const ofGovernance = present(events, (event) => event.governance)
  const isSame =
    areSame(toldOf(StakingEvent, staking), toldOf(StakingEvent, ofStaking)) &&
    areSame(toldOf(RegistryEvent, registry), toldOf(RegistryEvent, ofRegistry)) &&
    areSame(toldOf(GovernanceEvent, governance), toldOf(GovernanceEvent, ofGovernance))
  check(isSame, () => `the events of block ${height} are not those of its transactions`)
}

async function checkEpoch({ client }: WorkloadWorld, height: bigint): Promise<void> {
  const { insecureParameters, debugMockBackend } = await client.beacon.consensusParameters(height)
  const epoch = await client.beacon.getEpoch(height)
  if (insecureParameters === undefined || debugMockBackend) return
  const expected = height / insecureParameters.interval
  check(epoch === expected, () => `epoch ${epoch} at height ${height}, not ${expected}`)
}

/** See the top of this file. */
export async function checkConsensus(world: WorkloadWorld, height: bigint): Promise<void> {
  const { consensus } = world.client
  await checkEpoch(world, height)
  const block = await consensus.getBlock(height)
  check(block.height === height, () => `block ${height} says it is ${block.height}`)
  const did = await consensus.getBlockResults(height)
  check(did.height === height, () => `the results of block ${height} are of ${did.height}`)
  const plain = await consensus.getTransactions(height)
  const { transactions, results } = await consensus.getTransactionsWithResults(height)
  const isComplete = plain.length === transactions.length && plain.length === results.length
  check(isComplete, () => `block ${height} has more transactions or fewer than results`)
  const areEqual = plain.every((one, i) => toHex(one) === toHex(transactions[i]!))
  check(areEqual, () => `the transactions of block ${height} are told in two ways`)
  await checkEvents(
    world,
    height,
    results.flatMap(({ events }) => events),
  )
}
