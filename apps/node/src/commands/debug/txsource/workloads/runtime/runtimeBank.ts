/** An account of the consensus layer with which the runtime deals by messages, as reckoned here. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { type Address, runtimeAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check } from '../../errors.ts'
import { drawSigner } from '../../randomChoice.ts'
import { addressOf } from '../../transactionSender.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** What the account has, and what the runtime may take of it. */
const FUNDS = 100_000n

/** What the network says of both accounts at a height. */
interface Told {
  readonly own: bigint
  readonly ownEscrow: bigint
  /** What the runtime has, or will have when debonding is over. */
  readonly runtime: bigint
}

/** See the top of this file. */
export class RuntimeBank {
  readonly #world: WorkloadWorld
  /** The account. */
  readonly address: Address
  readonly #runtime: Address
  #reckoned: Told

  private constructor(world: WorkloadWorld, address: Address, runtime: Address) {
    this.#world = world
    this.address = address
    this.#runtime = runtime
    this.#reckoned = { own: 0n, ownEscrow: 0n, runtime: 0n }
  }

  /** Opens the account, and lets the runtime take everything. */
  static async open(world: WorkloadWorld): Promise<RuntimeBank> {
    const { sender, funds, random, queries } = world
    assert(queries.runtimeId !== undefined, 'the runtime is known')
    const signer = drawSigner(random)
    const bank = new RuntimeBank(world, addressOf(signer), runtimeAddress(queries.runtimeId))
    await sender.transfer(funds, bank.address, FUNDS)
    const allowance = { beneficiary: bank.#runtime, negative: false, amountChange: quantity(FUNDS) }
    await sender.send(signer, methodCall('staking.Allow', allowance), funds)
    bank.#reckoned = await bank.#told()
    return bank
  }

  /** What the account has delegated to it by the runtime. */
  get escrowed(): bigint {
    return this.#reckoned.ownEscrow
  }

  /** What the account has. */
  get balance(): bigint {
    return this.#reckoned.own
  }

  /** What the runtime can spend now. */
  async spendable(): Promise<bigint> {
    const height = await this.#world.sender.caughtUp()
    const { staking } = this.#world.client
    return (await staking.account({ height, owner: this.#runtime })).general.balance
  }

  /** Tokens went between the accounts; then the network must say the same. */
  async moved(change: Partial<Told>): Promise<void> {
    const { own, ownEscrow, runtime } = this.#reckoned
    this.#reckoned = {
      own: own + (change.own ?? 0n),
      ownEscrow: ownEscrow + (change.ownEscrow ?? 0n),
      runtime: runtime + (change.runtime ?? 0n),
    }
    const told = await this.#told()
    for (const what of ['own', 'ownEscrow', 'runtime'] as const)
      check(
        told[what] === this.#reckoned[what],
        () => `${WORDS[what]} ${toHex(this.address)}: ${told[what]}, not ${this.#reckoned[what]}`,
      )
  }

  async #told(): Promise<Told> {
    const { client, sender } = this.#world
    const height = await sender.caughtUp()
    const own = await client.staking.account({ height, owner: this.address })
    const runtime = await client.staking.account({ height, owner: this.#runtime })
    const ofRuntime = { height, owner: this.#runtime }
    const debonding = await client.staking.debondingDelegationsFor(ofRuntime)
    const shares = (await client.staking.delegationsFor(ofRuntime)).get(this.address)?.shares ?? 0n
    const { balance } = own.escrow.active
    // Nobody slashes the account, nor pays it rewards.
    check(shares === balance, () => `${shares} shares of ${toHex(this.address)} are ${balance}`)
    const all = [...debonding.values()].flat()
    const pending = all.reduce((sum, { shares: each }) => sum + each, 0n)
    const { general } = runtime
    return { own: own.general.balance, ownEscrow: balance, runtime: general.balance + pending }
  }
}

const WORDS: Readonly<Record<keyof Told, string>> = {
  own: 'the balance of',
  ownEscrow: 'what is delegated to',
  runtime: 'what the runtime has that deals with',
}
