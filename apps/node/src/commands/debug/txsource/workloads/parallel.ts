/** `parallel`: transfers of many accounts at once, all of which are included. */

import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check } from '../errors.ts'
import { drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import type { Workload, WorkloadWorld } from '../workload.ts'

const ACCOUNTS = 200
const AMOUNT = 100n
/** So many rounds are paid for at once. */
const ROUNDS_PAID = 10n
const PAUSE_MS = 60_000

/** See the top of this file. */
export const parallelWorkload: Workload = {
  needsFunds: true,
  async run(world: WorkloadWorld) {
    const { sender, funds, random, goesOn } = world
    const signers = Array.from({ length: ACCOUNTS }, () => drawSigner(random))
    const addresses = signers.map(addressOf)
    const toItself = addresses.map((to) =>
      methodCall('staking.Transfer', { to, amount: quantity(AMOUNT) }),
    )
    await sender.transferToAll(funds, addresses, AMOUNT)
    const fee = await sender.estimateFee(signers[0]!, toItself[0]!)
    const before = await noncesOf(world, addresses)
    let rounds = 0n
    do {
      if (rounds % ROUNDS_PAID === 0n && fee > 0n)
        await sender.transferToAll(funds, addresses, fee * ROUNDS_PAID)
      await sender.sendEach(signers, toItself)
      rounds++
      for (const [i, nonce] of (await noncesOf(world, addresses)).entries()) {
        const expected = before[i]! + rounds
        check(nonce === expected, () => `nonce ${nonce}, not ${expected}`)
      }
    } while (await goesOn(PAUSE_MS))
  },
}

async function noncesOf(
  { client, sender }: WorkloadWorld,
  owners: readonly Address[],
): Promise<readonly bigint[]> {
  const height = await sender.caughtUp()
  const found = owners.map((owner) => client.staking.account({ height, owner }))
  return (await Promise.all(found)).map(({ general }) => general.nonce)
}
