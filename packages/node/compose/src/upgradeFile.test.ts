import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UPGRADE_VERSION, type UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { openUpgrader } from './upgradeFile.ts'

const upgrade: UpgradeDescriptor = {
  v: UPGRADE_VERSION,
  handler: 'empty',
  target: PROTOCOL_VERSIONS,
  epoch: 40n,
}

describe('the upgrades that a node waits for', () => {
  it('are known after a power cut, and gone when they were cancelled', () => {
    const files = new MemoryFiles()
    const first = openUpgrader(files, 'node')
    first.submitDescriptor(upgrade)
    files.cutPower(() => 0)
    const second = openUpgrader(files, 'node')
    assert.deepEqual(second.pending, first.pending)
    second.cancelUpgrade(upgrade)
    files.cutPower(() => 0)
    assert.deepEqual(openUpgrader(files, 'node').pending, [])
  })

  it('are written only when they change', () => {
    const files = new MemoryFiles()
    const upgrader = openUpgrader(files, 'node')
    upgrader.submitDescriptor(upgrade)
    const before = files.operations
    openUpgrader(files, 'node')
    upgrader.consensusUpgrade(undefined, { epoch: 3n, lastHeight: 9n })
    assert.equal(files.operations, before)
  })

  it('keep a program that cannot do one of them from starting, until the file is gone', () => {
    const files = new MemoryFiles()
    const first = openUpgrader(files, 'node')
    first.submitDescriptor({ ...upgrade, handler: 'some-upgrade' })
    const moment = { epoch: 40n, lastHeight: 9n }
    assert.throws(() => first.consensusUpgrade(undefined, moment), { name: 'StopForUpgrade' })
    assert.throws(() => openUpgrader(files, 'node'), {
      reason: 'upgrade.wrongProgram',
      message:
        'upgrade: another program is needed for some-upgrade; install the version that can do it, or, if the network goes on without that upgrade, remove node/upgrades.cbor',
    })
    files.remove('node/upgrades.cbor')
    assert.deepEqual(openUpgrader(files, 'node').pending, [])
  })

  it('are refused in words when their file is damaged', () => {
    const files = new MemoryFiles()
    const file = files.openWrite('node/upgrades.cbor')
    file.write([Uint8Array.of(0x81, 0xa1)], 0)
    assert.throws(() => openUpgrader(files, 'node'), { reason: 'upgrades.damaged' })
  })
})
