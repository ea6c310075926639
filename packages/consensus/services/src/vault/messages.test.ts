import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { Withdraw } from '@wadi/consensus/staking/methods'
import { VAULT_STATES } from '@wadi/consensus/vault'
import { ParameterChanges } from '@wadi/consensus/vault/parameterChanges'
import { quantity } from '@wadi/primitives/quantity'
import { createBus } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { setAccountHook, transferBetween } from '../staking/actions.ts'
import { service as staking } from '../staking/service.ts'
import { alice, as, balanceOf, bob, checkSound, costing } from '../testing/testLedger.ts'
import { createVault, dave, testVaults } from '../testing/testVault.ts'
import { subscriptions } from './messages.ts'
import { addressStateOf, parametersOf, vaultOf } from './queries.ts'
import { service } from './service.ts'
import { setAddressState, setVault } from './state.ts'

const { withdrawHook, changeParameters, validateParameterChanges } = subscriptions as Required<
  typeof subscriptions
>
const plain = { module: 'unknown', code: 1 }

/** A vault with 50 base units, of which dave may withdraw 10 in 5 blocks; it is block 11. */
function network() {
  const ctx = testVaults({ params: { maxAllowances: 1 } })
  const vault = createVault(ctx)
  transferBetween(ctx, alice, vault, quantity(50n))
  setAddressState(ctx.state, vault, dave, {
    withdrawPolicy: { limitAmount: quantity(10n), limitInterval: 5n },
    bucket: 1n,
    amount: quantity(10n),
  })
  return { ctx, vault }
}

describe('a withdrawal from a vault', () => {
  const ask = (ctx: Context, from: typeof alice, to: typeof alice, amount: bigint) =>
    withdrawHook(ctx, { module: 'vault', from, to, amount: quantity(amount) })

  it('is allowed within the policy, and counted', () => {
    const { ctx, vault } = network()
    assert.equal(ask(ctx, vault, dave, 4n), 'understood')
    assert.equal(addressStateOf(ctx.state, vault, dave)?.bucket, 2n)
    assert.equal(addressStateOf(ctx.state, vault, dave)?.amount, 4n)
    assert.throws(() => ask(ctx, vault, dave, 7n), { module: 'vault', code: 5 })
    assert.equal(ask(ctx, vault, dave, 6n), 'understood')
  })

  it('is refused from what is no vault, from a suspended one, and to strangers', () => {
    const { ctx, vault } = network()
    assert.throws(() => ask(ctx, bob, dave, 1n), { module: 'vault', code: 2 })
    assert.throws(() => ask(ctx, vault, bob, 0n), { module: 'vault', code: 3 })
    const state = VAULT_STATES.suspended
    setVault(ctx.state, { ...vaultOf(ctx.state, vault)!, state })
    assert.throws(() => ask(ctx, vault, dave, 0n), { module: 'vault', code: 5 })
  })

  it('is not answered for another module', () => {
    const { ctx } = network()
    const hook = { module: 'other', from: bob, to: dave, amount: quantity(1n) }
    assert.equal(withdrawHook(ctx, hook), undefined)
  })

  it('moves base units; whatever the hook says, staking forbids it', () => {
    const { ctx, vault } = network()
    const { run } = staking.methods['staking.Withdraw']!
    const take = (amount: bigint, caller = dave) =>
      run(as(ctx, { caller }), encode(Withdraw, { from: vault, amount: quantity(amount) }))
    take(10n)
    assert.equal(balanceOf(ctx, dave), 10n)
    assert.equal(balanceOf(ctx, vault), 40n)
    const forbidden = { module: 'staking', code: 5 }
    assert.throws(() => take(1n), forbidden)
    assert.throws(() => take(1n, bob), forbidden)
    checkSound(ctx)
  })

  it('is undone with what was counted if staking refuses it after the vault agreed', () => {
    const { ctx, vault } = network()
    setAddressState(ctx.state, vault, dave, {
      ...addressStateOf(ctx.state, vault, dave)!,
      withdrawPolicy: { limitAmount: quantity(99n), limitInterval: 5n },
    })
    const { run } = staking.methods['staking.Withdraw']!
    const body = encode(Withdraw, { from: vault, amount: quantity(51n) })
    assert.throws(() => run(as(ctx, { caller: dave }), body), { module: 'staking', code: 3 })
    assert.equal(addressStateOf(ctx.state, vault, dave)?.bucket, 1n)
  })

  it('by a hook that means nobody passes, but only while the vault is enabled', () => {
    for (const enabled of [true, false]) {
      const ctx = testVaults({ params: { maxAllowances: 1 }, vault: { enabled } })
      const chain = { ...ctx.chain, bus: createBus([staking, service]) }
      setAccountHook(ctx.state, bob, 'withdraw', { module: 'nobody' })
      const { run } = staking.methods['staking.Withdraw']!
      const body = encode(Withdraw, { from: bob, amount: quantity(1n) })
      const take = () => run(as(ctx, { chain, caller: alice }), body)
      if (enabled) take()
      else assert.throws(take, { module: 'staking', code: 5 })
      assert.equal(balanceOf(ctx, bob), enabled ? 99n : 100n)
    }
  })
})

describe('changes of the vault’s parameters', () => {
  const proposal = (changes: Partial<ParameterChanges>, module = 'vault') => ({
    module,
    changes: encode(ParameterChanges, make(ParameterChanges, changes)),
  })

  it('are written only when they are to be, and cannot disable it', () => {
    const { ctx } = network()
    const changes = { maxAuthorityAddresses: 1, gasCosts: costing('create', 9n) }
    assert.equal(validateParameterChanges(ctx, proposal(changes)), 'understood')
    assert.equal(parametersOf(ctx.state).maxAuthorityAddresses, 32)
    assert.equal(changeParameters(ctx, proposal(changes)), 'understood')
    const { enabled, maxAuthorityAddresses, gasCosts } = parametersOf(ctx.state)
    assert.deepEqual([enabled, maxAuthorityAddresses], [true, 1])
    assert.deepEqual([...gasCosts], [['create', 9n]])
  })

  it('are refused without a code if they are empty, or no authority could be', () => {
    const { ctx } = network()
    for (const changes of [{}, { maxAuthorityAddresses: 0 }])
      assert.throws(() => changeParameters(ctx, proposal(changes)), plain)
    assert.equal(changeParameters(ctx, proposal({}, 'other')), undefined)
  })
})

describe('the vault', () => {
  it('is enabled only by its parameters', () => {
    assert.equal(service.isEnabled?.(testVaults()), true)
    assert.equal(service.isEnabled?.(testVaults({ vault: { enabled: false } })), false)
    assert.equal(parametersOf(testVaults().committed!.state).enabled, false)
  })
})
