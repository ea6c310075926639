/** `parallel`: transfers of many accounts at once, all of which are included. */

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
    const { client, sender, funds, random, goesOn } = world
    const signers = Array.from({ length: ACCOUNTS }, () => drawSigner(random))
    const addresses = signers.map(addressOf)
    const toItself = (index: number) =>
      methodCall('staking.Transfer', { to: addresses[index]!, amount: quantity(AMOUNT) })
    await sender.transferToAll(funds, addresses, AMOUNT)
    const fee = await sender.estimateFee(signers[0]!, toItself(0))
    const nonces = await Promise.all(addresses.map((owner) => nonceOf(world, owner)))
    let rounds = 0n
    do {
      if (rounds % ROUNDS_PAID === 0n && fee > 0n)
        await sender.transferToAll(funds, addresses, fee * ROUNDS_PAID)
      await Promise.all(signers.map((signer, i) => sender.send(signer, toItself(i))))
      rounds++
      const height = await sender.caughtUp()
      for (const [i, owner] of addresses.entries()) {
        const { general } = await client.staking.account({ height, owner })
        const expected = nonces[i]! + rounds
        check(general.nonce === expected, () => `nonce ${general.nonce}, not ${expected}`)
      }
    } while (await goesOn(PAUSE_MS))
  },
}

async function nonceOf({ client, sender }: WorkloadWorld, owner: ReturnType<typeof addressOf>) {
  const height = await sender.caughtUp()
  const { general } = await client.staking.account({ height, owner })
  return general.nonce
}
