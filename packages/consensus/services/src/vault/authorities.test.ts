import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { type Authority, Parameters, type Vault } from '@wadi/consensus/vault'
import fc from 'fast-check'
import { alice, bob, carol, testAddress } from '../testing/testLedger.ts'
import { ADMINS, acting, dave, RESUME, SUSPEND, SUSPENDERS } from '../testing/testVault.ts'
import { authoritiesFor, checkAuthority, haveDecided, isMember } from './authorities.ts'

const params = { ...zero(Parameters), maxAuthorityAddresses: 255 }

describe('checkAuthority', () => {
  it('takes as many addresses as a threshold can count', () => {
    const addresses = Array.from({ length: 255 }, (_, i) => testAddress(i))
    checkAuthority({ addresses, threshold: 255 }, params)
    const more = [...addresses, testAddress(255)]
    assert.throws(() => checkAuthority({ addresses: more, threshold: 255 }, params), {
      reason: 'vaultAuthority.tooManyAddresses',
    })
  })

  it('refuses those that could never decide, or name somebody twice', () => {
    const refuses = (authority: Authority, reason: string) =>
      assert.throws(() => checkAuthority(authority, params), {
        module: 'unknown',
        code: 1,
        reason: `vaultAuthority.${reason}`,
      })
    for (const addresses of [undefined, []]) refuses({ addresses, threshold: 0 }, 'noAddresses')
    refuses({ addresses: [alice], threshold: 0 }, 'noThreshold')
    refuses({ addresses: [alice], threshold: 2 }, 'thresholdTooLarge')
    refuses({ addresses: [alice, bob, alice], threshold: 1 }, 'duplicateAddress')
    checkAuthority({ addresses: [alice, bob], threshold: 1 }, params)
  })
})

describe('authoritiesFor', () => {
  const vault = { adminAuthority: ADMINS, suspendAuthority: SUSPENDERS } as Vault

  it('are both for suspending and resuming, and the admin’s for all else', () => {
    for (const action of [SUSPEND, RESUME])
      assert.deepEqual(authoritiesFor(vault, action), [ADMINS, SUSPENDERS])
    const call = acting({ executeMsg: { method: 'a', body: new Uint8Array(0) } })
    assert.deepEqual(authoritiesFor(vault, call), [ADMINS])
  })
})

describe('isMember', () => {
  it('looks into each authority', () => {
    assert.ok(isMember([ADMINS, SUSPENDERS], dave))
    assert.ok(!isMember([ADMINS], dave))
    assert.ok(!isMember([{ addresses: undefined, threshold: 0 }], dave))
  })
})

describe('haveDecided', () => {
  it('takes the threshold of distinct members', () => {
    assert.ok(!haveDecided([ADMINS], [alice, alice, dave]))
    assert.ok(haveDecided([ADMINS], [alice, dave, carol]))
    assert.ok(haveDecided([ADMINS, SUSPENDERS], [dave]))
    assert.ok(!haveDecided([], [alice, bob, carol]))
  })

  it('takes one member even for a threshold of zero', () => {
    const lax = { ...ADMINS, threshold: 0 }
    assert.ok(!haveDecided([lax], []))
    assert.ok(!haveDecided([lax], [dave]))
    assert.ok(haveDecided([lax], [bob]))
  })

  it('gives the same for any order of those who agree', () => {
    const who = fc.shuffledSubarray([alice, bob, carol, dave])
    fc.assert(
      fc.property(who, fc.integer({ min: 1, max: 3 }), (agreeing, threshold) => {
        const authority = { ...ADMINS, threshold }
        const count = agreeing.filter((address) => address !== dave).length
        assert.equal(haveDecided([authority], agreeing), count >= threshold)
      }),
      { numRuns: 100 },
    )
  })
})
