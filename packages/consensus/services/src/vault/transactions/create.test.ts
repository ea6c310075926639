import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import type { Authority } from '@wadi/consensus/vault'
import { Create } from '@wadi/consensus/vault/methods'
import type { Address } from '@wadi/primitives/address'
import { accountOf } from '../../staking/queries.ts'
import { setAccount } from '../../staking/state.ts'
import {
  alice,
  as,
  bob,
  checkSound,
  costing,
  testAddress,
  toldBy,
} from '../../testing/testLedger.ts'
import {
  ADMINS,
  createVault,
  nextVaultOf,
  SUSPENDERS,
  testVaults,
} from '../../testing/testVault.ts'
import { violations } from '../invariants.ts'
import { methods } from '../methods.ts'
import { vaultOf, vaultsOf } from '../queries.ts'
import { create } from './create.ts'

const invalid = { module: 'vault', code: 1 }
const body = { adminAuthority: ADMINS, suspendAuthority: SUSPENDERS }

function addresses(count: number): readonly Address[] {
  return Array.from({ length: count }, (_, i) => testAddress(100 + i))
}

describe('vault.Create', () => {
  it('makes a vault under the caller and its nonce, with a hook, and tells nobody', () => {
    const ctx = testVaults()
    const account = accountOf(ctx.state, alice)
    setAccount(ctx.state, alice, { ...account, general: { ...account.general, nonce: 5n } })
    const address = nextVaultOf(ctx, alice)
    create(ctx, body)
    assert.deepEqual(vaultOf(ctx.state, address), {
      creator: alice,
      id: 5n,
      state: 1,
      nonce: 0n,
      ...body,
    })
    const { hooks } = accountOf(ctx.state, address).general
    assert.deepEqual([...hooks], [[1, { module: 'vault' }]])
    assert.deepEqual(toldBy(ctx), [])
    assert.deepEqual([...violations(ctx.state)], [])
    checkSound(ctx)
  })

  it('refuses a second vault under the same nonce, and leaves the first one', () => {
    const ctx = testVaults()
    const address = createVault(ctx)
    assert.throws(() => createVault(ctx, SUSPENDERS), invalid)
    assert.deepEqual(vaultOf(ctx.state, address)?.adminAuthority, ADMINS)
    create(as(ctx, { caller: bob }), body)
    assert.equal(vaultsOf(ctx.state).length, 2)
  })

  it('keeps what an account has', () => {
    const ctx = testVaults()
    const address = nextVaultOf(ctx, alice)
    setAccount(ctx.state, address, accountOf(ctx.state, bob))
    create(ctx, body)
    assert.equal(accountOf(ctx.state, address).general.balance, 100n)
  })

  it('refuses authorities that cannot decide, or are too large, also when only checked', () => {
    const bad: readonly Authority[] = [
      { addresses: undefined, threshold: 1 },
      { addresses: [], threshold: 0 },
      { addresses: [alice], threshold: 0 },
      { addresses: [alice], threshold: 2 },
      { addresses: [alice, bob, alice], threshold: 1 },
      { addresses: addresses(4), threshold: 1 },
    ]
    const start = { vault: { maxAuthorityAddresses: 3 } }
    for (const mode of ['deliverTx', 'checkTx'] as const)
      for (const authority of bad) {
        const ctx = as(testVaults(start), { mode })
        assert.throws(() => create(ctx, { ...body, adminAuthority: authority }), invalid)
        assert.throws(() => create(ctx, { ...body, suspendAuthority: authority }), invalid)
      }
    const good: readonly Authority[] = [
      { addresses: addresses(3), threshold: 3 },
      { addresses: [alice], threshold: 1 },
    ]
    for (const authority of good)
      create(testVaults(start), { adminAuthority: authority, suspendAuthority: authority })
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = testVaults({ vault: { gasCosts: costing('create', 5n) } })
    create(as(ctx, { mode: 'checkTx' }), body)
    assert.equal(ctx.gas.used, 0n)
    create(as(ctx, { mode: 'simulate' }), body)
    assert.equal(ctx.gas.used, 5n)
    assert.deepEqual(vaultsOf(ctx.state), [])
  })

  it('refuses a body that is none', () => {
    const { run } = methods['vault.Create']!
    assert.throws(() => run(testVaults(), Uint8Array.of(0x01)), invalid)
    run(testVaults(), encode(Create, body))
  })
})
