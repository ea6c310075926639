import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { AddressState } from '@wadi/consensus/vault'
import { alice, bob, carol } from '../testing/testLedger.ts'
import { ADMINS, agree, createVault, RESUME, testVaults } from '../testing/testVault.ts'
import { ask, testView } from '../testing/testView.ts'
import { vaultOf } from './queries.ts'
import { setAddressState } from './state.ts'

describe('the vault, asked', () => {
  const ctx = testVaults()
  const vault = createVault(ctx)
  setAddressState(ctx.state, vault, bob, zero(AddressState))
  agree(ctx, { vault, nonce: 0n, action: RESUME }, alice)
  const view = testView(ctx.state)
  const at = (address: typeof alice) => ({ height: 0n, address })

  it('tells vaults, and what waits in them', () => {
    const known = vaultOf(ctx.state, vault)!
    assert.deepEqual(ask(view, 'Vault/Vaults', 0n), [known])
    assert.deepEqual(ask(view, 'Vault/Vault', at(vault)), known)
    assert.deepEqual(known.adminAuthority, ADMINS)
    assert.deepEqual(ask(view, 'Vault/PendingActions', at(vault)), [
      { nonce: 0n, authorizedBy: [alice], action: RESUME },
    ])
    assert.deepEqual(ask(view, 'Vault/PendingActions', at(bob)), [])
  })

  it('refuses what it does not know', () => {
    const who = (address: typeof alice) => ({ height: 0n, vault, address })
    assert.deepEqual(ask(view, 'Vault/AddressState', who(bob)), zero(AddressState))
    assert.throws(() => ask(view, 'Vault/AddressState', who(carol)), {
      module: 'vault',
      code: 3,
      message: 'vault: no such state',
    })
    assert.throws(() => ask(view, 'Vault/Vault', at(bob)), {
      module: 'vault',
      code: 2,
      message: 'vault: no such vault',
    })
  })

  it('tells what happened', () => {
    const told = agree(ctx, { vault, nonce: 0n, action: RESUME }, bob)
    assert.notEqual(told.events.length, 0)
    const block = { ...view.block, endEvents: told.events }
    const events = ask(testView(ctx.state, { block }), 'Vault/GetEvents', 0n)
    const kinds = (events as readonly object[]).flatMap((event) =>
      Object.entries(event).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    )
    const place = ['height', 'txHash']
    assert.deepEqual(
      kinds.filter((kind) => !place.includes(kind)),
      ['actionSubmitted', 'actionExecuted'],
    )
  })
})
