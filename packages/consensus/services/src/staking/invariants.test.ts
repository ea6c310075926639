import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { CommissionScheduleRules } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { erase, mark, write } from '../kernel/state.ts'
import { alice, bob, carol, checkSound, pool, testLedger } from '../testing/testLedger.ts'
import { withEscrow } from './accounts.ts'
import { violations } from './invariants.ts'
import { accountOf, totalSupplyOf } from './queries.ts'
import { setAccount, setCommonPool } from './state.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { allow } from './transactions/allow.ts'
import { burn } from './transactions/burn.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

const RULES = make(CommissionScheduleRules, {
  rateChangeInterval: 1n,
  maxRateSteps: 1,
  maxBoundSteps: 1,
})

/** Alice has delegated to bob, and waits for some of it. */
function ledger(): Context {
  const ctx = testLedger()
  addEscrow(ctx, { account: bob, amount: quantity(50n) })
  reclaimEscrow(ctx, { account: bob, shares: quantity(20n) })
  checkSound(ctx)
  return ctx
}

function found(break_: (ctx: Context) => void): readonly string[] {
  const ctx = ledger()
  break_(ctx)
  return [...violations(ctx.state)].map(({ invariant }) => invariant)
}

describe('the invariants of staking', () => {
  it('miss base units that are nowhere', () => {
    assert.deepEqual(
      found(({ state }) => setCommonPool(state, quantity(999n))),
      ['staking.totalSupply'],
    )
  })

  it('notice accounts of reserved addresses', () => {
    assert.deepEqual(
      found(({ state }) => setAccount(state, BURN_ADDRESS, accountOf(state, carol))),
      ['staking.accounts'],
    )
  })

  it('notice allowances of reserved addresses', () => {
    const allowing = found(({ state }) => {
      const account = accountOf(state, alice)
      const allowances = keyedMap(Address, [[BURN_ADDRESS, quantity(1n)]])
      setAccount(state, alice, { ...account, general: { ...account.general, allowances } })
    })
    assert.deepEqual(allowing, ['staking.allowances'])
  })

  it('let an allowance be more than there is, once something was burned', () => {
    const ctx = testLedger({ params: { maxAllowances: 1 } })
    const amountChange = totalSupplyOf(ctx.state)
    allow(ctx, { beneficiary: carol, negative: false, amountChange })
    burn(ctx, { amount: quantity(1n) })
    checkSound(ctx)
  })

  it('notice schedules that the rules do not allow, and a wrong index of them', () => {
    const commissionSchedule = { rates: [{ start: 0n, rate: quantity(1n) }], bounds: [] }
    const give = ({ state }: Context) =>
      setAccount(state, alice, withEscrow(accountOf(state, alice), { commissionSchedule }))
    assert.deepEqual(found(give), ['staking.commissionSchedules'])
    const without = found((ctx) => {
      give(ctx)
      erase(ctx.state, keys.commissionScheduleAddresses, alice)
    })
    assert.ok(without.includes('staking.commissionScheduleAddresses'))
    const more = found(({ state }) => mark(state, keys.commissionScheduleAddresses, carol))
    assert.deepEqual(more, ['staking.commissionScheduleAddresses'])
  })

  it('let a schedule be older than the epoch, where tests say which epoch it is', () => {
    const params = { commissionScheduleRules: RULES }
    const begun = (start: bigint) => ({ start, rateMin: quantity(1n), rateMax: quantity(2n) })
    const commissionSchedule = { rates: [{ start: 5n, rate: quantity(1n) }], bounds: [begun(4n)] }
    const invariants = (epoch: bigint, isMocked: boolean) => {
      const { state } = testLedger({ params, epoch })
      const beacon = make(BeaconParameters, { debugMockBackend: isMocked })
      write(state, beaconKeys.parameters, [], beacon)
      setAccount(state, alice, withEscrow(accountOf(state, alice), { commissionSchedule }))
      return Array.from(violations(state), ({ invariant }) => invariant)
    }
    assert.deepEqual(invariants(7n, false), [])
    assert.deepEqual(invariants(0n, false), ['staking.commissionSchedules'])
    assert.deepEqual(invariants(0n, true), [])
  })

  it('notice delegations whose keys differ', () => {
    const invariant = 'staking.delegationsByDelegator'
    const other = { shares: quantity(1n) }
    assert.deepEqual(
      found(({ state }) => write(state, keys.delegationsByDelegator, [alice, bob], other)),
      [invariant],
    )
    assert.deepEqual(
      found(({ state }) => write(state, keys.delegationsByDelegator, [alice, carol], other)),
      [invariant],
    )
  })

  it('notice a queue that is wrong', () => {
    const invariant = 'staking.debondingQueue'
    assert.deepEqual(
      found(({ state }) => mark(state, keys.debondingQueue, 7n, carol, bob)),
      [invariant],
    )
    const missing = found(({ state }) => erase(state, keys.debondingQueue, 7n, alice, bob))
    assert.deepEqual(missing, [invariant, invariant])
  })

  it("notice shares that are nobody's, and stake that is nobody's", () => {
    const pools = (active: ReturnType<typeof pool>) =>
      found(({ state }) => setAccount(state, bob, withEscrow(accountOf(state, bob), { active })))
    assert.deepEqual(pools(pool(30n, 31n)), ['staking.activeShares'])
    const alone = found(({ state }) => {
      const active = pool(10n, 0n)
      setAccount(state, carol, withEscrow(accountOf(state, carol), { active }))
      setCommonPool(state, quantity(990n))
    })
    assert.deepEqual(alone, ['staking.activeShares'])
    const nowhere = found(({ state }) => {
      write(state, keys.delegations, [carol, alice], { shares: quantity(1n) })
      write(state, keys.delegationsByDelegator, [alice, carol], { shares: quantity(1n) })
    })
    assert.deepEqual(nowhere, ['staking.activeShares'])
  })
})
