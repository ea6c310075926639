/** `transfer`: moves, burns, allows and withdraws, and tries what must fail. */

import { toHex } from '@wadi/base/bytes'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check } from '../errors.ts'
import { drawBetween, drawChance, drawOne, drawSigner, shuffled } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import { mustFail, type Workload, type WorkloadWorld } from '../workload.ts'

const ACCOUNTS = 10
const AMOUNT = 1n
const BURNT = 10n
const ALLOWED_MAX = 19n
const HALF = 50
const NO_PAUSE = 0

interface Account {
  readonly signer: Signer
  readonly address: Address
  /** As reckoned here. */
  balance: bigint
  /** By the hex of the beneficiary's address. */
  readonly allowances: Map<string, bigint>
}

/** All accounts, and the world. */
interface Bank extends WorkloadWorld {
  readonly accounts: readonly Account[]
}

type Action = (bank: Bank) => Promise<void>

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** Two accounts, of which the first one has something, unless nobody has. */
function drawPair({ random, accounts }: Bank): readonly [Account, Account] {
  const drawn = shuffled(random, accounts)
  const from = drawn.find(({ balance }) => balance >= AMOUNT) ?? drawn[0]!
  return [from, drawn.find((other) => other !== from)!]
}

const transfer: Action = async (bank) => {
  const [from, to] = drawPair(bank)
  if (from.balance < AMOUNT) return
  const call = methodCall('staking.Transfer', { to: to.address, amount: quantity(AMOUNT) })
  await bank.sender.send(from.signer, call, bank.funds)
  from.balance -= AMOUNT
  to.balance += AMOUNT
}

const burn: Action = async ({ sender, funds, random, accounts }) => {
  const { signer, address } = drawOne(random, accounts)
  await sender.transfer(funds, address, BURNT)
  await sender.send(signer, methodCall('staking.Burn', { amount: quantity(BURNT) }), funds)
}

const allow: Action = async (bank) => {
  const { sender, funds, random } = bank
  const [owner, { address: beneficiary }] = drawPair(bank)
  const change = drawBetween(random, 0n, ALLOWED_MAX)
  const negative = drawChance(random, HALF)
  const amountChange = quantity(change)
  const call = methodCall('staking.Allow', { beneficiary, negative, amountChange })
  await sender.send(owner.signer, call, funds)
  const key = toHex(beneficiary)
  const before = owner.allowances.get(key) ?? 0n
  const after = negative ? before - minimum(before, change) : before + change
  if (after === 0n) owner.allowances.delete(key)
  else owner.allowances.set(key, after)
}

const withdraw: Action = async (bank) => {
  const { sender, funds, random } = bank
  const [owner, to] = drawPair(bank)
  const key = toHex(to.address)
  const allowed = owner.allowances.get(key) ?? 0n
  const most = minimum(allowed, owner.balance)
  if (most === 0n) return
  const amount = drawBetween(random, 1n, most)
  const call = methodCall('staking.Withdraw', { from: owner.address, amount: quantity(amount) })
  await sender.send(to.signer, call, funds)
  owner.balance -= amount
  to.balance += amount
  if (allowed === amount) owner.allowances.delete(key)
  else owner.allowances.set(key, allowed - amount)
}

const overdraw: Action = async (bank) => {
  const { sender, funds, random } = bank
  const [from, to] = drawPair(bank)
  if (drawChance(random, HALF)) {
    const amount = quantity(from.balance + 1n)
    const call = methodCall('staking.Transfer', { to: to.address, amount })
    await mustFail('a transfer of more than there is', () => sender.send(from.signer, call, funds))
    return
  }
  const amount = quantity((from.allowances.get(toHex(to.address)) ?? 0n) + 1n)
  const call = methodCall('staking.Withdraw', { from: from.address, amount })
  await mustFail('a withdrawal of more than is allowed', () => sender.send(to.signer, call, funds))
}

const ACTIONS: readonly Action[] = [transfer, burn, allow, withdraw, overdraw]

/** What the network says of an account is what was reckoned. */
async function checkAccount({ client }: Bank, height: bigint, account: Account): Promise<void> {
  const { address: owner, balance, allowances } = account
  const { general } = await client.staking.account({ height, owner })
  const name = toHex(owner)
  check(general.balance === balance, () => `${name} has ${general.balance}, not ${balance}`)
  const allowed = [...general.allowances].map(([to, amount]) => [toHex(to), amount] as const)
  const isSame = allowed.every(([to, amount]) => allowances.get(to) === amount)
  check(
    isSame && allowed.length === allowances.size,
    () => `the allowances of ${name} are not those that were given`,
  )
}

async function openBank(world: WorkloadWorld): Promise<Bank> {
  const { client, sender, funds, random } = world
  const signers = Array.from({ length: ACCOUNTS }, () => drawSigner(random))
  await sender.transferToAll(funds, signers.map(addressOf), AMOUNT)
  const height = await sender.caughtUp()
  const accounts: Account[] = []
  for (const signer of signers) {
    const address = addressOf(signer)
    const { general } = await client.staking.account({ height, owner: address })
    const allowances = new Map([...general.allowances].map(([to, n]) => [toHex(to), n as bigint]))
    accounts.push({ signer, address, balance: general.balance, allowances })
  }
  return { ...world, accounts }
}

/** See the top of this file. */
export const transferWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const bank = await openBank(world)
    do {
      await drawOne(world.random, ACTIONS)(bank)
      const height = await world.sender.caughtUp()
      await Promise.all(bank.accounts.map((account) => checkAccount(bank, height, account)))
    } while (await world.goesOn(NO_PAUSE))
  },
}
