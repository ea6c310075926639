import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { type Action, Parameters } from '@wadi/consensus/vault'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { alice } from '../testing/testLedger.ts'
import { ADMINS, acting, NOTHING, RESUME, SUSPEND } from '../testing/testVault.ts'
import { checkAction, refusingAsInvalid } from './actionChecks.ts'

const params = { ...zero(Parameters), maxAuthorityAddresses: 3 }
const policy = { limitAmount: quantity(1n), limitInterval: 1n }

function refuses(action: Action, reason: string): void {
  const refused = { module: 'unknown', code: 1, reason }
  assert.throws(() => checkAction(action, params), refused)
}

describe('checkAction', () => {
  it('takes exactly one wish', () => {
    for (const action of [SUSPEND, RESUME]) checkAction(action, params)
    refuses(NOTHING, 'vaultAction.notOne')
    refuses(acting({ suspend: {}, resume: {} }), 'vaultAction.notOne')
  })

  it('calls a method that has a name, with any body or none', () => {
    for (const body of [EMPTY_BYTES, Uint8Array.of(0xff)])
      checkAction(acting({ executeMsg: { method: 'a', body } }), params)
    refuses(acting({ executeMsg: { method: '', body: EMPTY_BYTES } }), 'vaultAction.noMethod')
  })

  it('gives a policy to an account', () => {
    checkAction(acting({ updateWithdrawPolicy: { address: alice, policy } }), params)
    const reserved = { address: COMMON_POOL_ADDRESS, policy }
    refuses(acting({ updateWithdrawPolicy: reserved }), 'vaultAction.invalidAddress')
  })

  it('changes one authority or both, to one that could decide', () => {
    const updating = (admin?: typeof ADMINS, suspend?: typeof ADMINS) =>
      acting({ updateAuthority: { adminAuthority: admin, suspendAuthority: suspend } })
    for (const action of [updating(ADMINS), updating(undefined, ADMINS), updating(ADMINS, ADMINS)])
      checkAction(action, params)
    refuses(updating(), 'vaultAuthority.noUpdate')
    const nobody = { addresses: [], threshold: 1 }
    refuses(updating(nobody), 'vaultAuthority.noAddresses')
    refuses(updating(ADMINS, nobody), 'vaultAuthority.noAddresses')
  })
})

describe('refusingAsInvalid', () => {
  it('gives a refusal the code of an invalid argument, and leaves faults alone', () => {
    const invalid = { module: 'vault', code: 1 }
    assert.throws(() => refusingAsInvalid(() => checkAction(NOTHING, params)), invalid)
    const bug = new BugError('a bug')
    const fail = () => {
      throw bug
    }
    assert.throws(() => refusingAsInvalid(fail), bug)
  })
})
