import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { errors } from '@wadi/consensus/staking/errors'
import { AllowanceChangeEvent } from '@wadi/consensus/staking/events'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { WithdrawHook } from '../../kernel/bus.ts'
import type { Context } from '../../kernel/context.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  carol,
  checkSound,
  costing,
  type LedgerStart,
  testLedger,
  toldBy,
} from '../../testing/testLedger.ts'
import { setAccountHook } from '../actions.ts'
import { accountOf, totalSupplyOf } from '../queries.ts'
import { setTotalSupply } from '../state.ts'
import { allow } from './allow.ts'
import { withdraw } from './withdraw.ts'

/** Alice allows bob, who calls, to take fifty. */
function allowed({ params, ...start }: LedgerStart = {}): Context {
  const ctx = testLedger({ ...start, params: { maxAllowances: 4, ...params } })
  allow(ctx, { beneficiary: bob, negative: false, amountChange: quantity(50n) })
  return as(ctx, { caller: bob })
}

function take(ctx: Context, amount: bigint, from = alice) {
  return withdraw(ctx, { from, amount: quantity(amount) })
}

const forbidden = { module: 'staking', code: 5 }

describe('staking.Withdraw', () => {
  it('moves what is allowed, lowers the allowance, and tells both', () => {
    const ctx = allowed()
    assert.deepEqual(take(ctx, 20n), {
      owner: alice,
      beneficiary: bob,
      allowance: 30n,
      amountChange: 20n,
    })
    assert.equal(balanceOf(ctx, alice), 80n)
    assert.equal(balanceOf(ctx, bob), 120n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'allowance_change'])
    checkSound(ctx)
  })

  it('uses up an allowance, and leaves no entry', () => {
    const ctx = allowed()
    take(ctx, 50n)
    assert.equal(accountOf(ctx.state, alice).general.allowances.size, 0)
    assert.throws(() => take(ctx, 0n), forbidden)
  })

  it('is forbidden without an allowance, and beyond it', () => {
    const ctx = allowed()
    assert.throws(() => take(ctx, 51n), forbidden)
    assert.throws(() => take(as(ctx, { caller: carol }), 1n), forbidden)
  })

  it('reports a shortfall as staking/3, and undoes everything', () => {
    const ctx = allowed()
    allow(as(ctx, { caller: alice }), {
      beneficiary: bob,
      negative: false,
      amountChange: quantity(60n),
    })
    assert.throws(() => take(ctx, 101n), { module: 'staking', code: 3 })
    assert.equal(accountOf(ctx.state, alice).general.allowances.get(bob), 110n)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('leaves both accounts with the least they need', () => {
    const tooLow = { module: 'staking', code: 10 }
    const params = { minTransactBalance: quantity(60n) }
    assert.throws(() => take(allowed({ params }), 41n), tooLow)
    take(allowed({ params }), 40n)
    const poor = allowed({ params, balances: [[alice, 100n]] })
    setTotalSupply(poor.state, quantity(1_100n))
    assert.throws(() => take(poor, 40n), tooLow)
  })

  it('refuses less than the minimum before it asks whether it is allowed at all', () => {
    const params = { minTransfer: quantity(10n), disableTransfers: true }
    const ctx = testLedger({ params, caller: bob })
    assert.throws(() => take(ctx, 9n), { module: 'staking', code: 9 })
    assert.throws(() => take(ctx, 10n), forbidden)
    assert.throws(() => take(testLedger({ caller: bob }), 1n), forbidden)
  })

  it('is forbidden to and from reserved addresses, and is nothing from oneself', () => {
    const ctx = allowed()
    assert.throws(() => take(as(ctx, { caller: COMMON_POOL_ADDRESS }), 1n), forbidden)
    assert.throws(() => take(ctx, 1n, COMMON_POOL_ADDRESS), forbidden)
    assert.throws(() => take(ctx, 1n, bob), { module: 'staking', code: 1 })
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = allowed({ params: { gasCosts: costing('withdraw', 7n) } })
    assert.equal(take(as(ctx, { mode: 'checkTx' }), 1_000n), undefined)
    assert.equal(ctx.gas.used, 0n)
    assert.equal(take(as(ctx, { mode: 'simulate' }), 1_000n), undefined)
    assert.equal(ctx.gas.used, 7n)
  })
})

describe('staking.Withdraw from an account with a hook', () => {
  /** Alice's account belongs to a vault that is asked, and that writes something of its own. */
  function hooked(answer: (hook: WithdrawHook) => 'understood' | undefined, asked = true) {
    const subscriptions = {
      withdrawHook: (ctx: Context, hook: WithdrawHook) => {
        setTotalSupply(ctx.state, quantity(totalSupplyOf(ctx.state) + 1n))
        return answer(hook)
      },
    }
    const ctx = allowed({ subscribers: asked ? [{ subscriptions }] : [] })
    setAccountHook(ctx.state, alice, 'withdraw', { module: 'vault' })
    return ctx
  }

  it('asks the hook instead of looking at allowances', () => {
    const asked: WithdrawHook[] = []
    const ctx = hooked((hook) => {
      asked.push(hook)
      return 'understood'
    })
    assert.equal(take(ctx, 60n)?.allowance, 0n)
    assert.deepEqual(asked, [{ module: 'vault', from: alice, to: bob, amount: 60n }])
    assert.equal(accountOf(ctx.state, alice).general.allowances.get(bob), 50n)
    const { value } = ctx.events.at(-1)!.attributes[0]!
    assert.equal(decode(AllowanceChangeEvent, value).allowance, 0n)
  })

  it('is allowed if nobody answers who was asked', () => {
    take(
      hooked(() => undefined),
      60n,
    )
  })

  it('is forbidden whatever the hook has against it, or if nobody can be asked', () => {
    const refusing = hooked(() => {
      throw errors.tooManyAllowances()
    })
    const before = totalSupplyOf(refusing.state)
    assert.throws(() => take(refusing, 1n), forbidden)
    assert.equal(totalSupplyOf(refusing.state), before)
    const alone = hooked(() => 'understood', false)
    assert.throws(() => take(alone, 1n), forbidden)
  })

  it('undoes what the hook wrote if the withdrawal fails afterwards', () => {
    const ctx = hooked(() => 'understood')
    const before = totalSupplyOf(ctx.state)
    assert.throws(() => take(ctx, 101n), { module: 'staking', code: 3 })
    assert.equal(totalSupplyOf(ctx.state), before)
  })
})
