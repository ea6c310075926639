import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Status } from '@wadi/consensus/churp'
import { stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { service } from '../keymanager/service.ts'
import { addStakeClaim } from '../staking/stakeClaims.ts'
import { entitySigner, keyOf } from '../testing/testRegistry.ts'
import { claimOfScheme, SCHEME_THRESHOLDS } from './stakeClaims.ts'
import {
  applicationsOf,
  CHECKSUM,
  churpContext,
  SCHEME,
  schemeStatus,
} from './testing/testSchemes.ts'

function countOf(ctx: Context): number {
  return [...service.violations(ctx.state)].length
}

function withScheme(fields: Partial<Status> = {}): Context {
  const applications = applicationsOf([1, 2], [2])
  const scheme = schemeStatus({ nextChecksum: CHECKSUM, applications, ...fields })
  return churpContext({ scheme })
}

function claim({ state }: Context, id: number): void {
  const name = claimOfScheme({ ...SCHEME, id })
  addStakeClaim(state, stakingAddress(keyOf(entitySigner('alice'))), name, SCHEME_THRESHOLDS)
}

describe('of schemes', () => {
  it('nothing is violated by default', () => {
    assert.equal(countOf(withScheme()), 0)
    assert.equal(countOf(churpContext()), 0)
  })

  it('each is of a key manager', () => {
    const runtimeId = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    assert.equal(countOf(withScheme({ runtimeId })), 1)
  })

  it('none without handoffs has applications', () => {
    assert.equal(countOf(withScheme({ handoffInterval: 0n })), 1)
  })

  it('the next checksum is there if somebody has confirmed it', () => {
    assert.equal(countOf(withScheme({ nextChecksum: undefined })), 1)
    assert.equal(countOf(withScheme({ applications: applicationsOf([1]) })), 1)
  })

  it('no stake is claimed without one', () => {
    const ctx = withScheme()
    claim(ctx, SCHEME.id)
    assert.equal(countOf(ctx), 0)
    claim(ctx, SCHEME.id + 1)
    assert.equal(countOf(ctx), 1)
  })
})
