import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as keys from '@wadi/consensus/vault/keys'
import type { Address } from '@wadi/primitives/address'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { alice, bob, testAddress } from '../testing/testLedger.ts'
import { agree, createVault, SUSPEND, testVaults } from '../testing/testVault.ts'
import { violations } from './invariants.ts'
import { pendingActionOf, vaultOf } from './queries.ts'
import { setPendingAction, setVault } from './state.ts'

/** What is violated after something was done to a state with a vault and a waiting action. */
function violatedBy(damage: (ctx: Context, vault: Address) => void): readonly string[] {
  const ctx = testVaults()
  const vault = createVault(ctx)
  agree(ctx, { vault, nonce: 0n, action: SUSPEND }, alice)
  damage(ctx, vault)
  return Array.from(violations(ctx.state), ({ invariant }) => invariant)
}

describe('invariants of the vault', () => {
  it('hold of what the rules write', () => {
    assert.deepEqual(
      violatedBy(() => undefined),
      [],
    )
  })

  it('notice a vault at another address', () => {
    const damage = ({ state }: Context, vault: Address) =>
      write(state, keys.vaults, [testAddress(9)], vaultOf(state, vault)!)
    assert.deepEqual(violatedBy(damage), ['vault.address'])
  })

  it('notice an action that cannot wait, or should have been executed', () => {
    const late = ({ state }: Context, vault: Address) =>
      setVault(state, { ...vaultOf(state, vault)!, nonce: 1n })
    assert.deepEqual(violatedBy(late), ['vault.pendingAction'])
    const decided = ({ state }: Context, vault: Address) => {
      const action = pendingActionOf(state, vault, 0n)!
      setPendingAction(state, vault, { ...action, authorizedBy: [alice, bob] })
    }
    assert.deepEqual(violatedBy(decided), ['vault.pendingAction'])
  })
})
