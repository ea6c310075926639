import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { isDeregistering, rememberDeregistration } from '@wadi/registration/deregistration-file'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { controlCommands } from './controlCommands.ts'

const control = (...words: readonly string[]) => runWords(controlCommands, ...words)
const AWAY = ['-a', 'unix:/nowhere/internal.sock']

describe('control', () => {
  it('says by its exit code whether a node is synced; 128 if there is none', async () => {
    for (const isSynced of [true, false]) {
      await using chain = await ServedChain.serve({ live: { isSynced } })
      chain.chain.add()
      const { code, out } = await control('is-synced', '-a', chain.address)
      assert.equal(code, isSynced ? 0 : 1)
      assert.equal(out, `node ${isSynced ? '' : 'has not '}completed initial syncing\n`)
    }
    const { code, err } = await control('is-synced', ...AWAY)
    assert.equal(code, 128)
    assert.match(
      err,
      /^Error: no node answers at unix:\/nowhere\/internal\.sock \(ENOENT\); start it/,
    )
  })

  it('waits for a node to be synced', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    assert.deepEqual(await control('wait-sync', '-a', chain.address), { code: 0, out: '', err: '' })
  })

  it('shows the status in JSON', async () => {
    await using chain = await ServedChain.serve({ facts: { softwareVersion: '26.1-test' } })
    chain.chain.add()
    const { code, out } = await control('status', '-a', chain.address)
    assert.equal(code, 0)
    const { software_version: version, mode, consensus } = JSON.parse(out)
    assert.deepEqual([version, mode, consensus.latest_height], ['26.1-test', 'client', 1])
    assert.equal((await control('status', ...AWAY)).code, 128)
  })

  it('asks for a shutdown, and waits for its end only if told so', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    await using chain = await ServedChain.serve({ facts: { shutdown: () => ended } })
    const words = ['shutdown', '-a', chain.address]
    assert.deepEqual(await control(...words), { code: 0, out: '', err: '' })
    let isOver = false
    const waiting = control(...words, '-w').then((ran) => {
      isOver = true
      return ran
    })
    await control(...words)
    assert.equal(isOver, false)
    end()
    assert.equal((await waiting).code, 0)
  })

  it('gives a node an upgrade, and takes it back', async () => {
    const told: (readonly [string, UpgradeDescriptor])[] = []
    await using chain = await ServedChain.serve({
      facts: {
        upgradeBinary: (descriptor) => {
          told.push(['submit', descriptor])
        },
        cancelUpgrade: (descriptor) => {
          told.push(['cancel', descriptor])
        },
      },
    })
    const versions = ['consensus_protocol', 'runtime_host_protocol', 'runtime_committee_protocol']
    const target = Object.fromEntries(versions.map((name) => [name, { major: 8 }]))
    const path = chain.at('upgrade.json')
    writeFileSync(path, JSON.stringify({ v: 1, handler: 'an-upgrade', target, epoch: 7 }))
    const at = ['-a', chain.address]
    assert.equal((await control('upgrade-binary', path, ...at)).code, 0)
    assert.equal((await control('cancel-upgrade', ...at, path)).code, 0)
    assert.deepEqual(
      told.map(([what, { handler }]) => [what, handler]),
      [
        ['submit', 'an-upgrade'],
        ['cancel', 'an-upgrade'],
      ],
    )
    writeFileSync(path, '{}')
    const { code, err } = await control('upgrade-binary', path, ...at)
    assert.equal(code, 2)
    assert.match(err, /upgrade\.json is not an upgrade descriptor in JSON \(.*version: 0\); name/)
    assert.match(
      (await control('upgrade-binary', ...at)).err,
      /the file of an upgrade descriptor is missing/,
    )
    assert.match(
      (await control('upgrade-binary', 'a', 'b', ...at)).err,
      /2 operands are given; give one/,
    )
  })

  it('tells what the node says where bundles cannot be added', async () => {
    await using chain = await ServedChain.serve()
    const { code, err } = await control('add-bundle', '/a.orc', '-a', chain.address)
    assert.equal(code, 4)
    assert.match(err, /^Error: the node refuses NodeController\/AddBundle: /)
    assert.equal((await control('add-bundle', '-a', chain.address)).code, 2)
  })

  it('lets a node stay that was to leave, while it does not run', async () => {
    await using chain = await ServedChain.serve()
    rememberDeregistration(nodeFiles, chain.folder)
    const config = ['clear-deregister', '--config', chain.at('config.yml')]
    writeFileSync(chain.at('config.yml'), `common: {data_dir: ${chain.folder}}\n`)
    const { code, err } = await control(...config)
    assert.equal(code, 2)
    assert.match(err, /a node answers on \S+internal\.sock; stop that node/)
    assert.equal(isDeregistering(nodeFiles, chain.folder), true)
    await chain.close()
    assert.deepEqual(await control(...config), { code: 0, out: '', err: '' })
    assert.equal(isDeregistering(nodeFiles, chain.folder), false)
  })
})
