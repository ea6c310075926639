import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { EPOCH_INVALID, EPOCH_MAX } from '@wadi/primitives/epoch'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { UPGRADE_HANDLER_BYTES_MAX, UPGRADE_HANDLER_BYTES_MIN } from '../limits.ts'
import { upgradeAt } from '../testing/testGovernance.ts'
import { checkDescriptor, isCompatible, isSameUpgrade } from './descriptors.ts'

const good = upgradeAt(100n)
const { target } = good
const noVersion = { major: 0, minor: 0, patch: 0 }

function reasonOf(fields: Partial<UpgradeDescriptor>): string | undefined {
  try {
    checkDescriptor({ ...good, ...fields })
    return undefined
  } catch (error) {
    const { module, code, reason } = error as { module: string; code: number; reason: string }
    assert.deepEqual({ module, code }, { module: 'unknown', code: 1 })
    return reason
  }
}

describe('checkDescriptor', () => {
  it('has bounds for every field', () => {
    assert.equal(reasonOf({}), undefined)
    for (const v of [0, 2]) assert.equal(reasonOf({ v }), 'upgradeDescriptor.version')
    const name = (size: number) => ({ handler: 'a'.repeat(size) })
    assert.equal(reasonOf(name(UPGRADE_HANDLER_BYTES_MIN)), undefined)
    assert.equal(reasonOf(name(UPGRADE_HANDLER_BYTES_MIN - 1)), 'upgradeDescriptor.handler')
    assert.equal(reasonOf(name(UPGRADE_HANDLER_BYTES_MAX)), undefined)
    assert.equal(reasonOf(name(UPGRADE_HANDLER_BYTES_MAX + 1)), 'upgradeDescriptor.handler')
    assert.equal(reasonOf({ epoch: 0n }), 'upgradeDescriptor.epoch')
    assert.equal(reasonOf({ epoch: 1n }), undefined)
    assert.equal(reasonOf({ epoch: EPOCH_MAX }), undefined)
    assert.equal(reasonOf({ epoch: EPOCH_INVALID }), 'upgradeDescriptor.epoch')
  })

  it('needs all three versions to be some', () => {
    for (const name of Object.keys(target))
      assert.equal(
        reasonOf({ target: { ...target, [name]: noVersion } }),
        'upgradeDescriptor.target',
      )
    const least = { ...noVersion, patch: 1 }
    assert.equal(reasonOf({ target: { ...target, runtimeHostProtocol: least } }), undefined)
  })
})

describe('isSameUpgrade', () => {
  it('compares every field', () => {
    assert.ok(isSameUpgrade(good, { ...good }))
    const others: readonly Partial<UpgradeDescriptor>[] = [
      { v: 2 },
      { handler: 'other' },
      { epoch: 101n },
      { target: { ...target, runtimeCommitteeProtocol: noVersion } },
    ]
    for (const fields of others) assert.ok(!isSameUpgrade(good, { ...good, ...fields }))
  })
})

describe('isCompatible', () => {
  it('looks at the major version of the consensus protocol only', () => {
    const targeting = (fields: Partial<typeof target>) => ({
      ...good,
      target: { ...target, ...fields },
    })
    const { major } = target.consensusProtocol
    const minor = targeting({ consensusProtocol: { major, minor: 9, patch: 9 } })
    const next = targeting({ consensusProtocol: { major: major + 1, minor: 0, patch: 0 } })
    assert.ok(isCompatible(minor, PROTOCOL_VERSIONS))
    assert.ok(!isCompatible(next, PROTOCOL_VERSIONS))
    assert.ok(isCompatible(targeting({ runtimeHostProtocol: noVersion }), PROTOCOL_VERSIONS))
  })
})
