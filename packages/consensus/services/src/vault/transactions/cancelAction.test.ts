import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import { CancelAction } from '@wadi/consensus/vault/methods'
import type { Address } from '@wadi/primitives/address'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { alice, as, bob, costing, testAddress, toldBy } from '../../testing/testLedger.ts'
import {
  acting,
  agree,
  createVault,
  dave,
  SUSPEND,
  testVaults,
  type VaultStart,
} from '../../testing/testVault.ts'
import { methods } from '../methods.ts'
import { pendingActionOf, vaultOf } from '../queries.ts'
import { setVault } from '../state.ts'
import { cancelAction } from './cancelAction.ts'

const call = acting({ executeMsg: { method: 'staking.Transfer', body: new Uint8Array(0) } })

/** A vault for which alice wants a call. */
function waiting(start: VaultStart = {}, action = call) {
  const ctx = testVaults(start)
  const vault = createVault(ctx)
  agree(ctx, { vault, nonce: 0n, action }, alice)
  return { ctx, vault }
}

function cancel(ctx: Context, body: Partial<CancelAction>, caller: Address = bob): Context {
  const told = as(ctx, { caller })
  cancelAction(told, { vault: testAddress(9), nonce: 0n, ...body })
  return told
}

describe('vault.CancelAction', () => {
  it('takes back what waits, and goes on to the next nonce', () => {
    const { ctx, vault } = waiting()
    assert.deepEqual(toldBy(cancel(ctx, { vault })), ['action_canceled'])
    assert.equal(pendingActionOf(ctx.state, vault, 0n), undefined)
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 1n)
  })

  it('needs a vault, its nonce, and a member of any authority, in this order', () => {
    const { ctx, vault } = waiting()
    const checked = as(ctx, { mode: 'checkTx' })
    const stranger = testAddress(9)
    const invalid = { module: 'vault', code: 1 }
    assert.throws(() => cancel(checked, { vault: COMMON_POOL_ADDRESS }, stranger), invalid)
    assert.throws(() => cancel(checked, { nonce: 1n }, stranger), { module: 'vault', code: 2 })
    assert.throws(() => cancel(checked, { vault, nonce: 1n }, stranger), {
      module: 'vault',
      code: 4,
    })
    assert.throws(() => cancel(checked, { vault }, stranger), { module: 'vault', code: 5 })
    for (const caller of [bob, dave]) cancel(checked, { vault }, caller)
  })

  it('is only for those who could have agreed to what waits', () => {
    const { ctx, vault } = waiting()
    assert.throws(() => cancel(ctx, { vault }, dave), { module: 'vault', code: 5 })
    const suspending = waiting({}, SUSPEND)
    cancel(suspending.ctx, { vault: suspending.vault }, dave)
  })

  it('needs something that waits, which is only looked for at last', () => {
    const { ctx, vault } = waiting({ vault: { gasCosts: costing('cancel_action', 5n) } })
    cancel(ctx, { vault })
    const nothing = { module: 'vault', code: 6 }
    assert.throws(() => cancel(ctx, { vault, nonce: 1n }), nothing)
    assert.equal(ctx.gas.used, 10n)
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 1n)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const { ctx, vault } = waiting({ vault: { gasCosts: costing('cancel_action', 5n) } })
    cancel(as(ctx, { mode: 'checkTx' }), { vault }, dave)
    assert.equal(ctx.gas.used, 0n)
    cancel(as(ctx, { mode: 'simulate' }), { vault }, dave)
    assert.equal(ctx.gas.used, 5n)
    assert.notEqual(pendingActionOf(ctx.state, vault, 0n), undefined)
  })

  it('refuses a body that is none', () => {
    const { run } = methods['vault.CancelAction']!
    const { ctx, vault } = waiting()
    assert.throws(() => run(ctx, Uint8Array.of(0x01)), { module: 'vault', code: 1 })
    run(ctx, encode(CancelAction, { vault, nonce: 0n }))
  })

  it('goes over from the last nonce to zero', () => {
    const ctx = testVaults()
    const vault = createVault(ctx)
    const nonce = 2n ** 64n - 1n
    setVault(ctx.state, { ...vaultOf(ctx.state, vault)!, nonce })
    agree(ctx, { vault, nonce, action: call }, alice)
    cancel(ctx, { vault, nonce })
    assert.equal(vaultOf(ctx.state, vault)?.nonce, 0n)
  })
})
