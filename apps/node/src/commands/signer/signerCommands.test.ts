import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { runWords } from '../testing/runWords.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { signerCommands } from './signerCommands.ts'

describe('signer export', () => {
  it('writes a descriptor without nodes for the key of the folder', async () => {
    using network = new TestNetwork()
    rmSync(network.at('entity.json'))
    const ran = await runWords(signerCommands, 'export', '--signer.dir', network.folder)
    assert.deepEqual(ran, { code: 0, out: '', err: '' })
    // Recorded from the reference, but for the key.
    assert.equal(
      readFileSync(network.at('entity.json'), 'utf8'),
      `{\n  "v": 2,\n  "id": "${network.entityKey}"\n}`,
    )
    assert.equal(statSync(network.at('entity.json')).mode & 0o777, 0o600)
  })

  it('says where a key should be', async () => {
    const { code, err } = await runWords(signerCommands, 'export', '--signer.dir', '/nowhere')
    assert.equal(code, 1)
    assert.equal(err, 'Error: /nowhere/entity.pem does not exist: create the key first\n')
    const plugin = await runWords(signerCommands, 'export', '-s', 'plugin')
    assert.match(
      plugin.err,
      /--signer\.backend plugin is not supported: .*; have oasis-remote-signer/,
    )
  })
})
