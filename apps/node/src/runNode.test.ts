import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { checkNodeConfig } from '@wadi/node-config/node-config'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { testEntity } from '@wadi/provisioning/test-entity'
import { ownerOf } from '@wadi/registration/owner'
import { hangUpOf, ownedByTestEntity, unheededFlags } from './runNode.ts'
import { RunningNode } from './runningNode.ts'

describe('a node that is run', () => {
  it('belongs to the entity of tests where that flag is given, whatever its file says', () => {
    const other = toBase64(new Uint8Array(32).fill(7))
    for (const registration of [{}, { entity_id: other }, { entity: '/nowhere/entity.json' }]) {
      const settings = ownedByTestEntity(checkNodeConfig({ registration }))
      assert.deepEqual(ownerOf(nodeFiles, settings.registration), testEntity().entity.id)
    }
  })

  it('says which flags it does not heed, if they say something', () => {
    const flags = {
      'debug.allow_test_keys': true,
      'debug.crash.default': 0,
      'debug.crash.storage.read.before': 0.5,
      'grpc.log.debug': true,
      'runtime.debug.mock_ids': ['8000'],
      'worker.storage.crash.enabled': false,
    }
    const found = unheededFlags({ flags, given: new Set(Object.keys(flags)) })
    assert.deepEqual(
      found.map(({ key }) => key),
      ['--grpc.log.debug', '--runtime.debug.mock_ids', '--debug.crash.storage.read.before'],
    )
  })

  it('ends when its terminal is gone, and else takes a hang-up for a word about its log', () => {
    const settings = (log: object) => checkNodeConfig({ common: { log } })
    assert.equal(hangUpOf(settings({ file: 'node.log' }), { hasTerminal: false }), 'reopen')
    assert.equal(hangUpOf(settings({ file: 'node.log' }), { hasTerminal: true }), 'reopen')
    assert.equal(hangUpOf(settings({}), { hasTerminal: true }), 'end')
    assert.equal(hangUpOf(settings({}), { hasTerminal: false }), 'nothing')
    assert.equal(hangUpOf(settings({ file: '' }), { hasTerminal: false }), 'nothing')
  })

  it('logs into its own folder where the file is no whole path', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'wadi-log-'))
    const settings = checkNodeConfig({ common: { data_dir: dataDir, log: { file: 'node.log' } } })
    new RunningNode({ settings, dataDir, isForTests: true })
    assert.ok(existsSync(join(dataDir, 'node.log')))
    rmSync(dataDir, { recursive: true })
  })
})
