import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/cbor/codec'
import { Transfer } from '@wadi/consensus/staking/methods'
import type { Action, Authority, WithdrawPolicy } from '@wadi/consensus/vault'
import { ActionExecutedEvent, StateChangedEvent } from '@wadi/consensus/vault/events'
import { AuthorizeAction, CancelAction, Create } from '@wadi/consensus/vault/methods'
import { type Address, vaultAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import { transferBetween } from '../../staking/actions.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  carol,
  checkSound,
  costing,
  toldBy,
} from '../../testing/testLedger.ts'
import {
  ADMINS,
  acting,
  agree,
  createVault,
  dave,
  NOTHING,
  RESUME,
  SUSPEND,
  testVaults,
} from '../../testing/testVault.ts'
import { violations } from '../invariants.ts'
import { methods } from '../methods.ts'
import { addressStateOf, parametersOf, pendingActionOf, vaultOf } from '../queries.ts'
import { setParameters, setVault } from '../state.ts'
import { authorizeAction } from './authorizeAction.ts'
import { create } from './create.ts'

const invalid = { module: 'vault', code: 1 }
const policy: WithdrawPolicy = { limitAmount: quantity(10n), limitInterval: 5n }
const updatePolicy = acting({ updateWithdrawPolicy: { address: dave, policy } })

function executing(method: string, body?: Uint8Array): Action {
  return acting({ executeMsg: { method, body: body ?? new Uint8Array(0) } })
}

function transferring(to: Address, amount: bigint): Action {
  return executing('staking.Transfer', encode(Transfer, { to, amount: quantity(amount) }))
}

/** Of the last action that was executed: the error that it ended with. */
function resultIn({ events }: Context) {
  const { attributes } = events.findLast(
    ({ attributes: [first] }) => first?.key === 'action_executed',
  )!
  const { module, code } = decode(ActionExecutedEvent, attributes[0]!.value).result
  return code === 0 ? 'done' : `${module}/${code}`
}

/** A vault of alice with 50 base units. */
function vaultIn(ctx: Context, admins?: Authority): Address {
  const vault = createVault(ctx, admins)
  transferBetween(ctx, alice, vault, quantity(50n))
  return vault
}

describe('vault.AuthorizeAction', () => {
  it('waits until enough have agreed, and then executes', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const body = { vault, nonce: 0n, action: SUSPEND }
    assert.deepEqual(toldBy(agree(ctx, body, alice)), ['action_submitted'])
    assert.deepEqual(pendingActionOf(ctx.state, vault, 0n), {
      nonce: 0n,
      authorizedBy: [alice],
      action: SUSPEND,
    })
    assert.deepEqual([...violations(ctx.state)], [])
    assert.deepEqual(toldBy(agree(ctx, body, carol)), [
      'action_submitted',
      'state_changed',
      'action_executed',
    ])
    assert.equal(pendingActionOf(ctx.state, vault, 0n), undefined)
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 1n)
    assert.equal(vaultOf(ctx.state, vault)?.state, 0)
    assert.deepEqual([...violations(ctx.state)], [])
  })

  it('counts nobody twice, but tells it', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const told = agree(ctx, { vault, nonce: 0n, action: SUSPEND }, bob, bob)
    assert.deepEqual(toldBy(told), ['action_submitted', 'action_submitted'])
    assert.deepEqual(pendingActionOf(ctx.state, vault, 0n)?.authorizedBy, [bob])
  })

  it('adds up nobody of different authorities', () => {
    const ctx = testVaults()
    const suspenders = { addresses: [dave, bob], threshold: 2 }
    const vault = createVault(ctx, ADMINS, suspenders)
    const body = { vault, nonce: 0n, action: SUSPEND }
    agree(ctx, body, alice, dave)
    assert.equal(vaultOf(ctx.state, vault)?.state, 1)
    agree(ctx, body, bob)
    assert.equal(vaultOf(ctx.state, vault)?.state, 0)
  })

  it('refuses what is no action, or more than one, also when only checked', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const bad: readonly Action[] = [
      NOTHING,
      { ...SUSPEND, ...{ resume: {} } },
      executing(''),
      acting({ updateWithdrawPolicy: { address: COMMON_POOL_ADDRESS, policy } }),
      acting({ updateAuthority: { adminAuthority: undefined, suspendAuthority: undefined } }),
      acting({
        updateAuthority: {
          adminAuthority: undefined,
          suspendAuthority: { ...ADMINS, threshold: 4 },
        },
      }),
      acting({
        updateAuthority: {
          adminAuthority: { ...ADMINS, threshold: 0 },
          suspendAuthority: undefined,
        },
      }),
    ]
    for (const action of bad)
      for (const mode of ['deliverTx', 'checkTx'] as const)
        assert.throws(() => agree(as(ctx, { mode }), { vault, nonce: 0n, action }, alice), invalid)
    const body = { vault: COMMON_POOL_ADDRESS, nonce: 0n, action: SUSPEND }
    assert.throws(() => agree(ctx, body, alice), invalid)
  })

  it('needs a vault, its nonce, and a member of its authority, in this order', () => {
    const ctx = as(testVaults(), { mode: 'checkTx' })
    const vault = createVault({ ...ctx, mode: 'deliverTx' })
    const tell = (body: Partial<AuthorizeAction>, caller: Address) =>
      agree(ctx, { vault, nonce: 0n, action: updatePolicy, ...body }, caller)
    assert.throws(() => tell({ vault: dave, nonce: 1n }, dave), { module: 'vault', code: 2 })
    assert.throws(() => tell({ nonce: 1n }, dave), { module: 'vault', code: 4 })
    assert.throws(() => tell({}, dave), { module: 'vault', code: 5 })
    tell({}, alice)
    tell({ action: SUSPEND }, dave)
    tell({ action: RESUME }, dave)
  })

  it('refuses another action than the one that waits', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    agree(ctx, { vault, nonce: 0n, action: SUSPEND }, alice)
    assert.throws(() => agree(ctx, { vault, nonce: 0n, action: RESUME }, bob), invalid)
    assert.deepEqual(pendingActionOf(ctx.state, vault, 0n)?.authorizedBy, [alice])
  })

  it('uses its gas, and when simulated does everything', () => {
    const ctx = testVaults({ vault: { gasCosts: costing('authorize_action', 5n) } })
    const vault = createVault(ctx)
    const body = { vault, nonce: 0n, action: SUSPEND }
    agree(as(ctx, { mode: 'checkTx' }), body, alice)
    assert.equal(ctx.gas.used, 0n)
    const told = agree(as(ctx, { mode: 'simulate' }), body, alice, bob)
    assert.equal(ctx.gas.used, 10n)
    assert.equal(resultIn(told), 'done')
  })

  it('refuses a body that is none', () => {
    const { run } = methods['vault.AuthorizeAction']!
    const ctx = testVaults()
    assert.throws(() => run(ctx, Uint8Array.of(0x01)), invalid)
    run(ctx, encode(AuthorizeAction, { vault: createVault(ctx), nonce: 0n, action: SUSPEND }))
  })

  it('goes over from the last nonce to zero', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const nonce = 2n ** 64n - 1n
    setVault(ctx.state, { ...vaultOf(ctx.state, vault)!, nonce })
    agree(ctx, { vault, nonce, action: SUSPEND }, dave)
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 0n)
  })
})

describe('the actions of a vault', () => {
  /** One decides alone. */
  const alone = { addresses: [alice], threshold: 1 }

  function act(ctx: Context, vault: Address, ...actions: readonly Action[]): Context {
    const told = as(ctx, {})
    for (const action of actions) {
      const { nonce } = vaultOf(ctx.state, vault)!
      authorizeAction({ ...told, caller: alice }, { vault, nonce, action })
    }
    return told
  }

  it('suspend and resume, and tell it only if something changes', () => {
    const ctx = testVaults()
    const vault = createVault(ctx, alone)
    const told = act(ctx, vault, RESUME, SUSPEND, SUSPEND, RESUME)
    const changes = told.events
      .filter(({ attributes: [first] }) => first?.key === 'state_changed')
      .map(({ attributes: [first] }) => decode(StateChangedEvent, first!.value))
    assert.deepEqual(changes, [
      { vault, oldState: 1, newState: 0 },
      { vault, oldState: 0, newState: 1 },
    ])
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 4n)
  })

  it('set what an address may withdraw', () => {
    const ctx = testVaults()
    const vault = createVault(ctx, alone)
    assert.deepEqual(toldBy(act(ctx, vault, updatePolicy)), [
      'action_submitted',
      'policy_updated',
      'action_executed',
    ])
    assert.deepEqual(addressStateOf(ctx.state, vault, dave), {
      withdrawPolicy: policy,
      bucket: 0n,
      amount: 0n,
    })
  })

  it('set the authorities that they name', () => {
    const ctx = testVaults()
    const vault = createVault(ctx, alone)
    const suspendAuthority = { addresses: [bob], threshold: 1 }
    const told = act(
      ctx,
      vault,
      acting({ updateAuthority: { adminAuthority: undefined, suspendAuthority } }),
    )
    assert.deepEqual(toldBy(told), ['action_submitted', 'authority_updated', 'action_executed'])
    assert.deepEqual(vaultOf(ctx.state, vault)?.adminAuthority, alone)
    assert.deepEqual(vaultOf(ctx.state, vault)?.suspendAuthority, suspendAuthority)
    act(
      ctx,
      vault,
      acting({ updateAuthority: { adminAuthority: ADMINS, suspendAuthority: undefined } }),
    )
    assert.deepEqual(vaultOf(ctx.state, vault)?.adminAuthority, ADMINS)
  })

  it('are refused with an authority that has become too large since the first one agreed', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const action = acting({ updateAuthority: { adminAuthority: ADMINS, suspendAuthority: ADMINS } })
    const body = { vault, nonce: 0n, action }
    agree(ctx, body, alice)
    setParameters(ctx.state, { ...parametersOf(ctx.state), maxAuthorityAddresses: 2 })
    assert.throws(() => agree(ctx, body, bob), invalid)
  })

  it('make a call in the name of the vault', () => {
    const ctx = testVaults()
    const vault = vaultIn(ctx, alone)
    const told = act(ctx, vault, transferring(bob, 20n))
    assert.deepEqual(toldBy(told), ['action_submitted', 'transfer', 'action_executed'])
    assert.equal(balanceOf(ctx, vault), 30n)
    assert.equal(balanceOf(ctx, bob), 120n)
    checkSound(ctx)
  })

  it('end when a call fails: only the event says how', () => {
    const calls: readonly (readonly [Action, string])[] = [
      [transferring(bob, 51n), 'unknown/1'],
      [transferring(bob, 10n), 'done'],
      [executing('staking.Transfer', Uint8Array.of(0x01)), 'staking/1'],
      [executing('no.Such'), 'unknown/1'],
      [executing('vault.CancelAction', Uint8Array.of(0x01)), 'vault/1'],
    ]
    for (const [action, result] of calls) {
      const ctx = testVaults()
      const vault = vaultIn(ctx, alone)
      const told = act(ctx, vault, action)
      assert.equal(resultIn(told), result)
      assert.equal(vaultOf(ctx.state, vault)?.nonce, 1n)
      assert.equal(toldBy(told).includes('transfer'), result === 'done')
    }
  })

  it('use the gas of what they call, and run out of it like it', () => {
    const params = { gasCosts: costing('transfer', 7n) }
    const enough = testVaults({ params, gas: gasAccountant(7n) })
    const vault = vaultIn(enough, alone)
    assert.equal(resultIn(act(enough, vault, transferring(bob, 1n))), 'done')
    assert.equal(enough.gas.used, 7n)
    const short = testVaults({ params, gas: gasAccountant(6n) })
    assert.equal(resultIn(act(short, vaultIn(short, alone), transferring(bob, 1n))), 'unknown/1')
  })

  it('create vaults under the nonce of the vault’s own account', () => {
    const ctx = testVaults()
    const vault = createVault(ctx, alone)
    const creating = executing(
      'vault.Create',
      encode(Create, { adminAuthority: alone, suspendAuthority: alone }),
    )
    assert.equal(resultIn(act(ctx, vault, creating)), 'done')
    assert.notEqual(vaultOf(ctx.state, vaultAddress(vault, 0n)), undefined)
    assert.equal(resultIn(act(ctx, vault, creating)), 'vault/1')
  })

  it('of a vault that decides about itself can cancel themselves', () => {
    const ctx = testVaults()
    const vault = createVault(ctx, { addresses: [alice, vaultAddress(alice, 0n)], threshold: 1 })
    const told = act(
      ctx,
      vault,
      executing('vault.CancelAction', encode(CancelAction, { vault, nonce: 0n })),
    )
    assert.deepEqual(toldBy(told), ['action_submitted', 'action_canceled', 'action_executed'])
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 1n)
    assert.deepEqual([...violations(ctx.state)], [])
  })

  it('lead through three vaults to a fourth call, and no further', () => {
    for (const [count, result] of [
      [3, 'done'],
      [4, 'unknown/1'],
    ] as const) {
      const ctx = testVaults({ balances: [[alice, 100n]] })
      const told = act(ctx, ...chainOf(ctx, count))
      const results = told.events
        .filter(({ attributes: [first] }) => first?.key === 'action_executed')
        .map(({ attributes: [first] }) => decode(ActionExecutedEvent, first!.value).result.code)
      // Inner ones end first: the innermost call is the one that is too deep.
      assert.equal(results[0] === 0 ? 'done' : 'unknown/1', result)
      assert.equal(balanceOf(ctx, bob), result === 'done' ? 1n : 0n)
      assert.equal(results.length, count)
    }
  })

  /** A vault that has another one called, and so on; the last one pays bob. */
  function chainOf(ctx: Context, count: number): readonly [Address, Action] {
    let admin = alice
    const vaults: Address[] = []
    for (let i = 0; i < count; i++) {
      const authority = { addresses: [admin], threshold: 1 }
      admin = vaultAddress(admin, 0n)
      const caller = i === 0 ? alice : vaults[i - 1]!
      create(as(ctx, { caller }), { adminAuthority: authority, suspendAuthority: authority })
      vaults.push(admin)
    }
    transferBetween(ctx, alice, admin, quantity(50n))
    let action = transferring(bob, 1n)
    for (const vault of vaults.slice(1).reverse()) {
      const body = encode(AuthorizeAction, { vault, nonce: 0n, action })
      action = executing('vault.AuthorizeAction', body)
    }
    return [vaults[0]!, action]
  }
})
