import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toldBy } from '../testing/testLedger.ts'
import { ADMINS, acting, createVault, NOTHING, testVaults } from '../testing/testVault.ts'
import { executeAction } from './execution.ts'
import { vaultOf } from './queries.ts'

describe('executeAction', () => {
  const withVault = (maxAuthorityAddresses: number) => {
    const created = testVaults()
    const vault = vaultOf(created.state, createVault(created))!
    return { ctx: testVaults({ vault: { maxAuthorityAddresses } }), vault }
  }

  it('refuses, without a code, an authority that today’s parameters do not allow', () => {
    const action = acting({
      updateAuthority: { adminAuthority: ADMINS, suspendAuthority: undefined },
    })
    const { ctx, vault } = withVault(2)
    assert.throws(() => executeAction(ctx, vault, action), { module: 'unknown', code: 1 })
    assert.deepEqual(toldBy(ctx), [])
    const { ctx: wide } = withVault(3)
    assert.deepEqual(executeAction(wide, vault, action), vault)
  })

  it('refuses to do nothing', () => {
    const { ctx, vault } = withVault(3)
    assert.throws(() => executeAction(ctx, vault, NOTHING), { module: 'vault', code: 7 })
  })
})
