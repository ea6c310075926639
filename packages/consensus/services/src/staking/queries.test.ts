import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyedMap } from '@wadi/cbor/collections'
import { ThresholdKind } from '@wadi/consensus/staking'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import {
  BURN_ADDRESS,
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
} from '@wadi/primitives/reservedAddresses'
import { alice, as, bob, carol, testLedger } from '../testing/testLedger.ts'
import {
  accountOf,
  addressesOf,
  allowanceOf,
  debondingDelegationsFor,
  debondingDelegationsTo,
  delegationsFor,
  delegationsTo,
  escrowBalanceOf,
  shownAccountOf,
  thresholdOf,
} from './queries.ts'
import { setGovernanceDeposits, setLastBlockFees } from './state.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { allow } from './transactions/allow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

const plain = { module: 'unknown', code: 1 }

function sorted(...addresses: readonly Address[]): readonly Address[] {
  return addresses.toSorted(Buffer.compare)
}

describe('what anybody may read of accounts', () => {
  it('is empty for nobody, and an error for reserved addresses', () => {
    const { state } = testLedger()
    assert.equal(accountOf(state, carol).general.balance, 0n)
    assert.throws(() => accountOf(state, COMMON_POOL_ADDRESS), {
      ...plain,
      reason: 'cometbft/staking.invalidAddress',
    })
    assert.deepEqual(addressesOf(state), sorted(alice, bob))
  })

  it('shows pools as accounts, but for the burn address', () => {
    const { state } = testLedger({ commonPool: 1n })
    setLastBlockFees(state, quantity(2n))
    setGovernanceDeposits(state, quantity(3n))
    const shown = [COMMON_POOL_ADDRESS, FEE_ACCUMULATOR_ADDRESS, GOVERNANCE_DEPOSITS_ADDRESS]
    const balances = shown.map((address) => shownAccountOf(state, address).general.balance)
    assert.deepEqual(balances, [1n, 2n, 3n])
    assert.equal(shownAccountOf(state, alice).general.balance, 100n)
    assert.throws(() => shownAccountOf(state, BURN_ADDRESS), plain)
  })

  it('includes allowances, which are nothing unless they were given', () => {
    const ctx = testLedger({ params: { maxAllowances: 1 } })
    allow(ctx, { beneficiary: bob, negative: false, amountChange: quantity(5n) })
    assert.equal(allowanceOf(ctx.state, alice, bob), 5n)
    assert.equal(allowanceOf(ctx.state, bob, alice), 0n)
    assert.equal(allowanceOf(ctx.state, COMMON_POOL_ADDRESS, alice), 0n)
  })

  it('includes the thresholds that the network names', () => {
    const { entity, 'node-compute': compute } = ThresholdKind.names
    const thresholds = keyedMap(ThresholdKind, [[entity, quantity(5n)]])
    const { state } = testLedger({ params: { thresholds } })
    assert.equal(thresholdOf(state, entity), 5n)
    assert.throws(() => thresholdOf(state, compute), { module: 'staking', code: 6 })
  })
})

describe('what anybody may read of delegations', () => {
  it('is found from both sides, in the order of addresses', () => {
    const ctx = testLedger({ params: { debondingInterval: 1n } })
    const ten = quantity(10n)
    for (const [caller, account] of [
      [alice, bob],
      [alice, carol],
      [bob, bob],
      [bob, carol],
    ] as const) {
      addEscrow(as(ctx, { caller }), { account, amount: ten })
      reclaimEscrow(as(ctx, { caller }), { account, shares: quantity(4n) })
    }
    const { state } = ctx
    const addresses = (list: readonly (readonly [Address, unknown])[]) => list.map(([a]) => a)
    assert.deepEqual(addresses(delegationsTo(state, carol)), sorted(alice, bob))
    assert.deepEqual(addresses(delegationsFor(state, alice)), sorted(bob, carol))
    assert.deepEqual(delegationsTo(state, alice), [])
    assert.equal(escrowBalanceOf(state, carol), 12n)
    const waiting = [{ shares: quantity(4n), debondEnd: 8n }]
    const expected = (...list: readonly Address[]) => list.map((address) => [address, waiting])
    assert.deepEqual(debondingDelegationsTo(state, bob), expected(...sorted(alice, bob)))
    assert.deepEqual(debondingDelegationsFor(state, bob), expected(...sorted(bob, carol)))
    assert.deepEqual(debondingDelegationsFor(state, carol), [])
  })
})
