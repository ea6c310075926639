/** The ledger: all balances are the supply. */

import { toHex } from '@wadi/base/bytes'
import { ThresholdKind } from '@wadi/consensus/staking'
import type { Address } from '@wadi/primitives/address'
import { check } from '../../errors.ts'
import { drawOne } from '../../randomChoice.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** What an account holds. Allowances are the same when they are asked for one by one. */
async function heldBy({ client }: WorkloadWorld, height: bigint, owner: Address): Promise<bigint> {
  const { general, escrow } = await client.staking.account({ height, owner })
  for (const [beneficiary, allowed] of general.allowances) {
    const amount = await client.staking.allowance({ height, owner, beneficiary })
    check(amount === allowed, () => `an allowance of ${toHex(owner)} is told in two ways`)
  }
  return general.balance + escrow.active.balance + escrow.debonding.balance
}

async function checkThreshold({ client, random }: WorkloadWorld, height: bigint): Promise<void> {
  const kind = drawOne(random, Object.values(ThresholdKind.names))
  const { thresholds } = await client.staking.consensusParameters(height)
  // COMPAT(oasis-core): a threshold that was added later may not be there.
  const expected = thresholds.get(kind)
  if (expected === undefined) return
  const threshold = await client.staking.threshold({ height, kind })
  check(threshold === expected, () => `threshold ${kind} is ${threshold}, not ${expected}`)
}

/** See the top of this file. */
export async function checkStaking(world: WorkloadWorld, height: bigint): Promise<void> {
  const { staking } = world.client
  await checkThreshold(world, height)
  const total = await staking.totalSupply(height)
  const commonPool = await staking.commonPool(height)
  const lastBlockFees = await staking.lastBlockFees(height)
  const governanceDeposits = await staking.governanceDeposits(height)
  let sum = commonPool + lastBlockFees + governanceDeposits
  for (const owner of await staking.addresses(height)) sum += await heldBy(world, height, owner)
  check(sum === total, () => `${sum} is held at height ${height}, and the supply is ${total}`)
  for (const owner of await staking.commissionScheduleAddresses(height)) {
    const { commissionSchedule } = (await staking.account({ height, owner })).escrow
    const steps = commissionSchedule.rates.length + commissionSchedule.bounds.length
    check(steps > 0, () => `the commission schedule of ${toHex(owner)} is empty`)
  }
}
