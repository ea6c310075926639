import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, make } from '@wadi/cbor/codec'
import { StakingMessage } from '@wadi/consensus/roothash/messages'
import {
  AddEscrowResult,
  ReclaimEscrowResult,
  TransferResult,
  WithdrawResult,
} from '@wadi/consensus/staking/methods'
import { quantity } from '@wadi/primitives/quantity'
import { createBus } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { alice, as, balanceOf, bob, checkSound, testLedger } from '../testing/testLedger.ts'
import { subscriptions } from './messages.ts'
import { service } from './service.ts'
import { allow } from './transactions/allow.ts'

const bus = createBus([{ subscriptions }])

function ledger(): Context {
  const ctx = testLedger({ params: { allowEscrowMessages: true, maxAllowances: 1 } })
  return as(ctx, { isMessage: true })
}

function ask(ctx: Context, message: Partial<StakingMessage>): Uint8Array {
  const answer = bus.publish(ctx, 'runtimeStakingMessage', make(StakingMessage, message))
  assert.ok(answer instanceof Uint8Array)
  return answer
}

describe("a runtime's message to staking", () => {
  const ten = quantity(10n)

  it("is done in the runtime's name and answered with the result in CBOR", () => {
    const ctx = ledger()
    const transfer = { to: bob, amount: ten }
    assert.deepEqual(decode(TransferResult, ask(ctx, { transfer })), { from: alice, ...transfer })
    allow(as(ctx, { caller: bob }), { beneficiary: alice, negative: false, amountChange: ten })
    const withdrawn = decode(WithdrawResult, ask(ctx, { withdraw: { from: bob, amount: ten } }))
    assert.deepEqual(withdrawn, {
      owner: bob,
      beneficiary: alice,
      allowance: 0n,
      amountChange: 10n,
    })
    const addEscrow = { account: bob, amount: ten }
    assert.equal(decode(AddEscrowResult, ask(ctx, { addEscrow })).newShares, 10n)
    const reclaimEscrow = { account: bob, shares: quantity(4n) }
    assert.equal(decode(ReclaimEscrowResult, ask(ctx, { reclaimEscrow })).remainingShares, 6n)
    checkSound(ctx)
  })

  it('is heard for its first wish only', () => {
    const ctx = ledger()
    const withdraw = { from: bob, amount: ten }
    ask(ctx, { transfer: { to: bob, amount: ten }, withdraw })
    assert.equal(balanceOf(ctx, alice), 90n)
  })

  it('without a wish is refused', () => {
    assert.throws(() => ask(ledger(), {}), { module: 'staking', code: 1 })
  })

  it('is refused like a transaction', () => {
    const withdraw = { from: bob, amount: ten }
    assert.throws(() => ask(ledger(), { withdraw }), { module: 'staking', code: 5 })
  })

  it('that is only simulated has no answer', () => {
    const ctx = { ...ledger(), mode: 'simulate' } as const
    const message = make(StakingMessage, { transfer: { to: bob, amount: ten } })
    assert.equal(bus.publish(ctx, 'runtimeStakingMessage', message), undefined)
    assert.equal(balanceOf(ctx, alice), 100n)
  })
})

describe('the methods of staking', () => {
  it('refuse a malformed body as invalid, also when only checked', () => {
    const ctx = { ...testLedger(), mode: 'checkTx' } as const
    for (const { run } of Object.values(service.methods))
      assert.throws(() => run(ctx, Uint8Array.of(0x80)), { module: 'staking', code: 1 })
  })

  it('are seven, and as urgent as each other', () => {
    assert.equal(Object.keys(service.methods).length, 7)
    assert.equal(service.priority('staking.Transfer'), 1_000n)
  })
})
