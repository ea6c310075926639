import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Account, GeneralAccount, Parameters } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { has, write } from '../../kernel/state.ts'
import { testContext } from '../../testing/testContext.ts'
import { accountOf, totalSupplyOf } from '../queries.ts'
import { setAccount, setTotalSupply } from '../state.ts'
import { transfer } from './transfer.ts'

function addressOf(n: number): Address {
  return stakingAddress(PublicKey.check(new Uint8Array(32).fill(n)))
}
const alice = addressOf(1)
const bob = addressOf(2)

/** A ledger in which alice has 100 of 1,000 base units, and may call. */
function ledger(params: Partial<Parameters> = {}, caller = alice): Context {
  const ctx = testContext({ caller })
  write(ctx.state, keys.parameters, [], make(Parameters, params))
  const general = make(GeneralAccount, { balance: quantity(100n) })
  setAccount(ctx.state, alice, make(Account, { general }))
  setTotalSupply(ctx.state, quantity(1_000n))
  return ctx
}

function send(ctx: Context, to: Address, amount: bigint): void {
  transfer(ctx, { to, amount: quantity(amount) })
}

function balanceOf(ctx: Context, address: Address): Quantity {
  return accountOf(ctx.state, address).general.balance
}

const plain = { module: 'unknown', code: 1 }

describe('staking.Transfer', () => {
  it('moves base units and tells it', () => {
    const ctx = ledger()
    send(ctx, bob, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(balanceOf(ctx, bob), 30n)
    assert.deepEqual(
      ctx.events.map(({ attributes }) => attributes[0]?.key),
      ['transfer'],
    )
  })

  it('reports a shortfall as unknown/1 to another account and as staking/3 to oneself', () => {
    assert.throws(() => send(ledger(), bob, 101n), plain)
    assert.throws(() => send(ledger(), alice, 101n), { module: 'staking', code: 3 })
  })

  it('refuses less than the minimum, also to oneself and to nobody', () => {
    const params = { minTransfer: quantity(10n) }
    for (const to of [alice, bob, BURN_ADDRESS])
      assert.throws(() => send(ledger(params), to, 9n), { module: 'staking', code: 9 })
    send(ledger(params), bob, 10n)
  })

  it('leaves both accounts with the least they need, but looks at neither to oneself', () => {
    const params = { minTransactBalance: quantity(40n) }
    const tooLow = { module: 'staking', code: 10 }
    assert.throws(() => send(ledger(params), bob, 61n), tooLow)
    assert.throws(() => send(ledger(params), bob, 39n), tooLow)
    send(ledger(params), bob, 60n)
    send(ledger(params), alice, 100n)
  })

  it('is forbidden to reserved addresses, and to all but a few while it is disabled', () => {
    const forbidden = { module: 'staking', code: 5 }
    assert.throws(() => send(ledger({}, COMMON_POOL_ADDRESS), bob, 0n), forbidden)
    assert.throws(() => send(ledger({ disableTransfers: true }), bob, 0n), forbidden)
  })

  it('to the burn address burns, and tells it twice', () => {
    const ctx = ledger()
    send(ctx, BURN_ADDRESS, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(has(ctx.state, keys.accounts, BURN_ADDRESS), false)
    assert.equal(totalSupplyOf(ctx.state), 970n)
    assert.deepEqual(
      ctx.events.map(({ attributes }) => attributes[0]?.key),
      ['burn', 'transfer'],
    )
  })

  it('writes accounts and tells it even if nothing is moved', () => {
    const ctx = ledger()
    send(ctx, bob, 0n)
    assert.notEqual(ctx.state.get(keys.accounts.keys.encode(bob)), undefined)
    assert.equal(ctx.events.length, 1)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const params = { gasCosts: new Map([['transfer', 7n]]) } as unknown as Partial<Parameters>
    const checked = { ...ledger(params), mode: 'checkTx' } as const
    send(checked, bob, 1_000n)
    assert.equal(checked.gas.used, 0n)
    const simulated = { ...ledger(params), mode: 'simulate' } as const
    send(simulated, bob, 1_000n)
    assert.equal(simulated.gas.used, 7n)
  })
})
