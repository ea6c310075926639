/** What the consensus layer keeps of the runtime that is asked about. */

import { equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { Block } from '@wadi/consensus/roothash/block'
import { check } from '../../errors.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** See the top of this file. */
export async function checkRoothash(
  { client, queries }: WorkloadWorld,
  height: bigint,
): Promise<void> {
  const { rootHash } = client
  await rootHash.consensusParameters(height)
  const { runtimeId } = queries
  if (runtimeId === undefined) return
  const query = { runtimeId, height }
  const { lastBlock, lastNormalRound } = await rootHash.getRuntimeState(query)
  const latest = await rootHash.getLatestBlock(query)
  const isSame =
    lastBlock !== undefined && equalBytes(encode(Block, lastBlock), encode(Block, latest))
  check(isSame, () => `the last block of the runtime is told in two ways at height ${height}`)
  await rootHash.getGenesisBlock(query)
  await rootHash.getIncomingMessageQueue({ ...query, offset: 0n, limit: 0 })
  await rootHash.getIncomingMessageQueueMeta(query)
  await rootHash.getLastRoundResults(query)
  await rootHash.getRoundRoots({ ...query, round: lastNormalRound })
  await rootHash.getPastRoundRoots(query)
}
