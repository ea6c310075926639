/** `delegation`: accounts delegate to each other, and take it back. */

import { toHex } from '@wadi/base/bytes'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check } from '../errors.ts'
import { drawChance, drawOne, drawSigner, shuffled } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import { mustFail, type Workload, type WorkloadWorld } from '../workload.ts'

const ACCOUNTS = 10
const AMOUNT = 100n
const PAUSE_MS = 1_000
const HALF = 50
const LAST = 0n

interface Account {
  readonly signer: Signer
  readonly address: Address
  /** To whom, while it does. */
  delegatedTo?: Address | undefined
  /** From this epoch on it has its tokens again. */
  debondEnd?: bigint | undefined
}

interface Delegators extends WorkloadWorld {
  readonly accounts: readonly Account[]
  /** What an earlier run with the same seed left behind cannot be reckoned with. */
  readonly areNew: boolean
}

const isFree = ({ delegatedTo, debondEnd }: Account) =>
  delegatedTo === undefined && debondEnd === undefined

async function delegate({ sender, funds, random, accounts, client }: Delegators): Promise<void> {
  const from = shuffled(random, accounts).find(isFree)
  if (from === undefined) return
  const { address: account } = drawOne(random, accounts)
  const call = methodCall('staking.AddEscrow', { account, amount: quantity(AMOUNT) })
  await sender.send(from.signer, call, funds)
  from.delegatedTo = account
  const height = await sender.caughtUp()
  const delegations = await client.staking.delegationsFor({ height, owner: from.address })
  const shares = delegations.get(account)?.shares ?? 0n
  check(shares > 0n, () => `${toHex(from.address)} has no shares of ${toHex(account)}`)
}

async function reclaim(world: Delegators): Promise<void> {
  const { sender, funds, random, accounts, client } = world
  const from = shuffled(random, accounts).find(({ delegatedTo }) => delegatedTo !== undefined)
  if (from?.delegatedTo === undefined) return
  const { address: owner, delegatedTo: account } = from
  const before = await client.staking.delegationsFor({ height: await sender.caughtUp(), owner })
  const { shares } = before.get(account) ?? { shares: quantity(0n) }
  check(shares > 0n, () => `the delegation of ${toHex(owner)} is gone`)
  const more = methodCall('staking.ReclaimEscrow', { account, shares: quantity(shares + 1n) })
  if (drawChance(random, HALF))
    await mustFail('taking back too many shares', () => sender.send(from.signer, more, funds))
  const call = methodCall('staking.ReclaimEscrow', { account, shares })
  await sender.send(from.signer, call, funds)
  const height = await sender.caughtUp()
  const debonding = await client.staking.debondingDelegationsFor({ height, owner })
  const end = debonding.get(account)?.[0]?.debondEnd
  from.delegatedTo = undefined
  // Paid out in the block itself if the network has no debonding, or if an epoch has just begun.
  from.debondEnd = end ?? (await client.beacon.getEpoch(height))
}

/** Who is free has its tokens, and who is not has none. */
async function checkAccounts({ client, sender, accounts, areNew }: Delegators): Promise<void> {
  const height = await sender.caughtUp()
  const epoch = await client.beacon.getEpoch(height)
  for (const account of accounts) {
    if (account.debondEnd !== undefined && epoch > account.debondEnd) account.debondEnd = undefined
    if (account.debondEnd !== undefined || !areNew) continue
    const { general } = await client.staking.account({ height, owner: account.address })
    const expected = account.delegatedTo === undefined ? AMOUNT : 0n
    check(
      general.balance === expected,
      () => `${toHex(account.address)} has ${general.balance}, not ${expected}`,
    )
  }
}

/** Gives each account the amount that it delegates. */
async function openAccounts(world: WorkloadWorld): Promise<Delegators> {
  const { client, sender, funds, random } = world
  const signers = Array.from({ length: ACCOUNTS }, () => drawSigner(random))
  const accounts = signers.map((signer): Account => ({ signer, address: addressOf(signer) }))
  const owners = accounts.map(({ address }) => address)
  const found = owners.map((owner) => client.staking.account({ height: LAST, owner }))
  const areNew = (await Promise.all(found)).every(({ general }) => general.nonce === 0n)
  await sender.transferToAll(funds, owners, AMOUNT)
  return { ...world, accounts, areNew }
}

/** See the top of this file. */
export const delegationWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const delegators = await openAccounts(world)
    do {
      await (drawChance(world.random, HALF) ? delegate(delegators) : reclaim(delegators))
      await checkAccounts(delegators)
    } while (await world.goesOn(PAUSE_MS))
  },
}
