/** Validators and committees. */

import { check } from '../../errors.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** When runtimes have a committee at last. */
const COMMITTEE_AFTER = 3n

/** See the top of this file. */
export async function checkScheduler(
  { client, queries }: WorkloadWorld,
  height: bigint,
): Promise<void> {
  const { minValidators } = await client.scheduler.consensusParameters(height)
  const validators = await client.scheduler.getValidators(height)
  check(
    BigInt(validators.length) >= minValidators,
    () => `${validators.length} validators at height ${height}, and ${minValidators} are needed`,
  )
  const { runtimeId } = queries
  if (runtimeId === undefined) return
  const committees = await client.scheduler.getCommittees({ height, runtimeId })
  const epoch = await client.beacon.getEpoch(height)
  check(
    epoch <= COMMITTEE_AFTER || committees.length > 0,
    () => `the runtime has no committee at height ${height}`,
  )
}
