/** Everything that a chain has written down of its ParaTimes, as a node answers it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import { RoundResults, type RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type {
  ExecutionDiscrepancyEvent,
  Event as RoothashEvent,
} from '@wadi/consensus/roothash/events'
import type { Event as StakingEvent } from '@wadi/consensus/staking/events'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { NodeClient } from '@wadi/sdk/node-client'
import { type Statuses, workersOf } from '@wadi/sim/liveness-tables'
import type { WrittenRound } from '@wadi/sim/written-round'

/** What a block tells. */
export interface ToldBlock {
  readonly height: bigint
  readonly roothash: readonly RoothashEvent[]
  readonly staking: readonly StakingEvent[]
}

/** A round, and the block in which it ended. */
export interface CommittedRound extends WrittenRound {
  readonly disputes: readonly ExecutionDiscrepancyEvent[]
  readonly block: ToldBlock
}

/** What blocks tell, from the first that a node has kept to its last. */
export async function toldBlocks({ consensus, rootHash, staking }: NodeClient) {
  const { latestHeight, lastRetainedHeight } = await consensus.getStatus()
  const blocks: ToldBlock[] = []
  for (let height = lastRetainedHeight; height <= latestHeight; height++) {
    const [ofRuntimes, ofStaking] = await Promise.all([
      rootHash.getEvents(height),
      staking.getEvents(height),
    ])
    blocks.push({ height, roothash: ofRuntimes, staking: ofStaking })
  }
  return blocks
}

/** All rounds of a ParaTime that are over, but for those that its genesis stands for. */
export async function committedRounds(
  { rootHash }: NodeClient,
  blocks: readonly ToldBlock[],
  id: Namespace,
): Promise<readonly CommittedRound[]> {
  const rounds: CommittedRound[] = []
  let before: RuntimeState | undefined
  let commits: WrittenRound['commits'] = []
  let disputes: CommittedRound['disputes'] = []
  for (const block of blocks) {
    const query = { runtimeId: id, height: block.height }
    const own = block.roothash.filter(({ runtimeId }) => equalBytes(runtimeId, id))
    commits = [
      ...commits,
      ...own.flatMap(({ executorCommitted }) => executorCommitted?.commit ?? []),
    ]
    disputes = [
      ...disputes,
      ...own.flatMap(({ executionDiscrepancy }) => executionDiscrepancy ?? []),
    ]
    const after = await rootHash.getRuntimeState(query)
    const header = after.lastBlock?.header
    if (before !== undefined && header && header.round !== before.lastBlock?.header.round) {
      const isNormal = header.headerType === HEADER_TYPES.normal
      const results = isNormal ? await rootHash.getLastRoundResults(query) : zero(RoundResults)
      const discrepancies = disputes.map(({ rank }) => rank)
      rounds.push({ header, before, after, results, commits, disputes, discrepancies, block })
      commits = []
      disputes = []
    }
    before = after
  }
  return rounds
}

/** What the network holds against a round's workers before the block that ended it, and after. */
export async function statusesAround(
  client: NodeClient,
  { before, block: { height } }: CommittedRound,
): Promise<{ readonly was: Statuses; readonly is: Statuses }> {
  const workers = workersOf(before)
  const [was, is] = await Promise.all([
    statusesAt(client, height - 1n, workers),
    statusesAt(client, height, workers),
  ])
  return { was, is }
}

async function statusesAt(
  { registry }: NodeClient,
  height: bigint,
  nodes: readonly PublicKey[],
): Promise<Statuses> {
  const entries = nodes.map(
    async (id) => [toHex(id), await registry.getNodeStatus({ height, id })] as const,
  )
  return new Map(await Promise.all(entries))
}
