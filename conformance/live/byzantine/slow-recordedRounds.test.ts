/** The tables of the specification beside what the reference's own networks have committed to. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { RUNTIME_KINDS } from '@wadi/consensus/registry/runtime'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { Channel } from '@wadi/grpc/channel'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'
import { endsEpoch, standingsOf } from '@wadi/sim/liveness-tables'
import { hasMovements, movementsOf } from '@wadi/sim/payment-tables'
import { brokenTables, sidesOf } from '@wadi/sim/round-tables'
import { membersOf } from '@wadi/sim/written-round'
import { serveArchive } from '../../src/api/servedArchive.ts'
import { readChain } from '../../src/recordedChain.ts'
import {
  type CommittedRound,
  committedRounds,
  statusesAround,
  toldBlocks,
} from './committedRounds.ts'

/** Whose the members of a round are. */
async function entitiesOf({ registry }: NodeClient, { before, block }: CommittedRound) {
  const known = new Map<string, PublicKey>()
  for (const { publicKey: id } of membersOf(before))
    try {
      const { entityId } = await registry.getNode({ height: block.height - 1n, id })
      known.set(toHex(id), entityId)
    } catch (error) {
      // It has left since it was elected.
      if (!(error instanceof CodedError)) throw error
    }
  return (node: PublicKey) => known.get(toHex(node))
}

/** What happened in a recorded network, and that all of it is as the tables say. */
async function countsOf(chain: string) {
  const counts = { normal: 0, disputed: 0, paid: 0, frozen: 0 }
  const archive = await serveArchive(readChain(chain))
  const channel = new Channel({ target: archive.target, clock: processClock, timers: nodeTimers })
  try {
    const client = createNodeClient(channel)
    const blocks = await toldBlocks(client)
    const query = { height: 0n, includeSuspended: true }
    for (const { kind, id } of await client.registry.getRuntimes(query)) {
      if (kind !== RUNTIME_KINDS.compute) continue
      for (const round of await committedRounds(client, blocks, id)) {
        const which = `round ${round.header.round} of ${toHex(id)}`
        const entityOf = await entitiesOf(client, round)
        assert.deepEqual([...brokenTables(round, entityOf)], [], which)
        const movements = movementsOf(round, sidesOf(round, entityOf))
        assert.ok(hasMovements(round.block.staking, movements), `${which}: ${movements}`)
        if (round.header.headerType === HEADER_TYPES.normal) counts.normal++
        if (round.disputes.length > 0) counts.disputed++
        if (movements.length > 0) counts.paid++
        counts.frozen += await frozenBy(client, round)
      }
    }
  } finally {
    channel.close()
    await archive.close()
  }
  return counts
}

/** How many workers are frozen when the round ends with its epoch, each as the tables say. */
async function frozenBy(client: NodeClient, round: CommittedRound) {
  const { header, before, block } = round
  if (!endsEpoch(header)) return 0
  const around = await statusesAround(client, round)
  const epoch = await client.beacon.getEpoch(block.height)
  const standings = standingsOf(before, { ...around, epoch })
  for (const { node, due, found } of standings)
    assert.deepEqual({ ...found, pays: due.pays }, due, toHex(node))
  return standings.filter(({ due }) => due.pays > 0n).length
}

describe('the tables hold of what the reference has committed to', () => {
  const chains = {
    'byzantine-dishonest-scheduler': { normal: 1, disputed: 1, paid: 1, frozen: 1 },
    'byzantine-backup-straggler': { normal: 1, disputed: 1, paid: 0, frozen: 1 },
    'keyvalue-runtime': { normal: 13, disputed: 0, paid: 0, frozen: 0 },
    'runtime-messages': { normal: 15, disputed: 0, paid: 0, frozen: 0 },
  }
  for (const [chain, expected] of Object.entries(chains))
    it(chain, async () => assert.deepEqual(await countsOf(chain), expected))
})
