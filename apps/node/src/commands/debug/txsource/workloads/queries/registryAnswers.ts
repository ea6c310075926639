/** Entities, nodes and runtimes, together and one by one. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import type { Node } from '@wadi/primitives/node'
import { check } from '../../errors.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** CometBFT's names of validators are the first bytes of a hash. */
const COMET_ADDRESS_BYTES = 20

async function checkNode(
  { client }: WorkloadWorld,
  height: bigint,
  { id, consensus }: Node,
): Promise<void> {
  const query = { height, id }
  const node = await client.registry.getNode(query)
  check(equalBytes(node.id, id), () => `node ${toHex(id)} is another one when asked for alone`)
  await client.registry.getNodeStatus(query)
  const address = sha256(consensus.id).subarray(0, COMET_ADDRESS_BYTES)
  const same = await client.registry.getNodeByConsensusAddress({ height, address })
  check(equalBytes(same.id, id), () => `node ${toHex(id)} is another one by its consensus key`)
}

async function checkRuntimes({ client, queries }: WorkloadWorld, height: bigint): Promise<void> {
  const running = await client.registry.getRuntimes({ height, includeSuspended: false })
  const isThere = running.length > 0 || queries.runtimeId === undefined
  check(isThere, () => `no runtime runs at height ${height}`)
  for (const { id } of running) {
    const { id: same } = await client.registry.getRuntime({ height, id, includeSuspended: false })
    check(equalBytes(same, id), () => `runtime ${toHex(id)} is another one when asked for alone`)
  }
  const all = await client.registry.getRuntimes({ height, includeSuspended: true })
  check(all.length >= running.length, () => 'fewer runtimes are registered than run')
}

/** See the top of this file. */
export async function checkRegistry(world: WorkloadWorld, height: bigint): Promise<void> {
  const { registry } = world.client
  const entities = await registry.getEntities(height)
  check(entities.length > 0, () => `no entity at height ${height}`)
  for (const { id } of entities) {
    const { id: same } = await registry.getEntity({ height, id })
    check(equalBytes(same, id), () => `entity ${toHex(id)} is another one when asked for alone`)
  }
  const nodes = await registry.getNodes(height)
  check(nodes.length > 0, () => `no node at height ${height}`)
  for (const node of nodes) await checkNode(world, height, node)
  await checkRuntimes(world, height)
}
