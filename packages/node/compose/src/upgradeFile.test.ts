import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { UPGRADE_VERSION, type UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { Upgrader } from '@wadi/consensus-services/kernel/upgrader'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { genesisOf } from './engineGenesis.ts'
import { createNetworkGenesis } from './networkGenesis.ts'
import { OasisApplication } from './oasisApplication.ts'
import { runBlock } from './testing/lockstep.ts'
import { openUpgrader } from './upgradeFile.ts'

const upgrade: UpgradeDescriptor = {
  v: UPGRADE_VERSION,
  handler: 'empty',
  target: PROTOCOL_VERSIONS,
  epoch: 40n,
}

/** The upgrader of a node that begins. */
function open(files: MemoryFiles, log = new MemoryLog()): Upgrader {
  return openUpgrader(files, 'node', createLogger('upgrade', log.sink))
}

describe('the upgrades that a node waits for', () => {
  it('are known after a power cut, and gone when they were cancelled', () => {
    const files = new MemoryFiles()
    const first = open(files)
    first.submitDescriptor(upgrade)
    files.cutPower(() => 0)
    const second = open(files)
    assert.deepEqual(second.pending, first.pending)
    second.cancelUpgrade(upgrade)
    files.cutPower(() => 0)
    assert.deepEqual(open(files).pending, [])
  })

  it('are written only when they change', () => {
    const files = new MemoryFiles()
    const upgrader = open(files)
    upgrader.submitDescriptor(upgrade)
    const before = files.operations
    open(files)
    upgrader.consensusUpgrade(undefined, { epoch: 3n, lastHeight: 9n })
    assert.equal(files.operations, before)
  })

  it('keep a program that cannot do one of them from starting, until the file is gone', () => {
    const files = new MemoryFiles()
    const first = open(files)
    first.submitDescriptor({ ...upgrade, handler: 'some-upgrade' })
    const moment = { epoch: 40n, lastHeight: 9n }
    assert.throws(() => first.consensusUpgrade(undefined, moment), { name: 'StopForUpgrade' })
    assert.throws(() => open(files), {
      reason: 'upgrade.wrongProgram',
      message:
        'upgrade: another program is needed for some-upgrade; install the version that can do it, or, if the network goes on without that upgrade, remove node/upgrades.cbor',
    })
    files.remove('node/upgrades.cbor')
    assert.deepEqual(open(files).pending, [])
  })

  it('are refused in words when their file is damaged', () => {
    const files = new MemoryFiles()
    const file = files.openWrite('node/upgrades.cbor')
    file.write([Uint8Array.of(0x81, 0xa1)], 0)
    assert.throws(() => open(files), { reason: 'upgrades.damaged' })
  })
})

describe('what is told of upgrades', () => {
  const network = createNetworkGenesis({ validators: 1, epochBlocks: 4n })
  const { document } = network
  const EPOCH = document.beacon.base + 2n

  /** A node in a folder, and what it tells. */
  function begin(files: MemoryFiles) {
    const log = new MemoryLog()
    const upgrader = open(files, log)
    const { signer } = network.validators[0]!.consensus
    const application = new OasisApplication({ document, folder: 'node', files, signer, upgrader })
    const told = () => log.records.map(({ level, fields }) => [level, fields])
    const run = () => runBlock(network, [application], { height: application.info().height + 1n })
    return { application, upgrader, run, told }
  }

  /** A node is told of an upgrade, and runs blocks until its epoch stops it. */
  function untilStopped(files: MemoryFiles, descriptor: UpgradeDescriptor): bigint {
    const { application, upgrader, run, told } = begin(files)
    application.initChain(genesisOf(document, chainTermsOf(document)))
    run()
    upgrader.submitDescriptor(descriptor)
    assert.throws(() => {
      for (let block = 0; block < 20; block++) run()
    }, StopForUpgrade)
    assert.deepEqual(told(), [])
    files.kill()
    return application.info().height
  }

  it('is the part before the node runs once, and the part in the block', () => {
    const files = new MemoryFiles()
    const handler = '__e2e-test-valid'
    const last = untilStopped(files, { ...upgrade, handler, epoch: EPOCH })
    const { application, run, told } = begin(files)
    const startup = ['warn', { handler, log_event: 'upgrade/startup-upgrade' }]
    assert.deepEqual(told(), [startup])
    assert.equal(application.info().height, last)
    run()
    const [, ...blocks] = told()
    assert.ok(blocks.length >= 2)
    for (const one of blocks)
      assert.deepEqual(one, [
        'warn',
        { handler, height: last + 1n, log_event: 'upgrade/consensus-upgrade' },
      ])
    run()
    assert.equal(told().length, 1 + blocks.length)
    files.kill()
    assert.deepEqual(begin(files).told(), [])
  })

  it('is another version that they ask for, but not another program of the same version', () => {
    const consensusProtocol = { major: 99, minor: 0, patch: 0 }
    const target = { ...PROTOCOL_VERSIONS, consensusProtocol }
    const cases = [
      [{ target }, [['error', { handler: 'empty', log_event: 'upgrade/incompatible-binary' }]]],
      [{ handler: 'some-upgrade' }, []],
    ] as const
    for (const [change, expected] of cases) {
      const files = new MemoryFiles()
      untilStopped(files, { ...upgrade, epoch: EPOCH, ...change })
      const log = new MemoryLog()
      assert.throws(() => open(files, log), { reason: 'upgrade.wrongProgram' })
      assert.deepEqual(
        log.records.map(({ level, fields }) => [level, fields]),
        expected,
      )
    }
  })
})
