import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseKeyRole } from '@wadi/crypto/signature/keyRole'
import { keyPlaceOf, NODE_ROLES, requireFiles, type SignerFlagValues } from './keyPlace.ts'

const NOTHING: SignerFlagValues = {
  'signer.backend': 'file',
  'signer.composite.backends': '',
  'signer.plugin.config': '',
  'signer.plugin.name': '',
  'signer.plugin.path': '',
  'signer.remote.address': '',
  'signer.remote.client.certificate': '',
  'signer.remote.client.key': '',
  'signer.remote.server.certificate': '',
}

function composite(backends: string): SignerFlagValues {
  const address = { 'signer.remote.address': 'unix:/signer.sock' }
  return {
    ...NOTHING,
    ...address,
    'signer.backend': 'Composite',
    'signer.composite.backends': backends,
  }
}

describe('the place of a key', () => {
  it('is a file, unless told otherwise', () => {
    assert.deepEqual(keyPlaceOf(NOTHING, 'entity'), { kind: 'file' })
    assert.deepEqual(keyPlaceOf({ ...NOTHING, 'signer.backend': 'FILE' }, 'vrf'), { kind: 'file' })
  })

  it('may be another one for each role', () => {
    const flags = composite('entity:Remote,node:file')
    const remote = { kind: 'remote', target: 'unix:/signer.sock', tls: undefined }
    assert.deepEqual(keyPlaceOf(flags, 'entity'), remote)
    assert.deepEqual(keyPlaceOf(flags, 'node'), { kind: 'file' })
  })

  it('is refused in a sentence with a remedy where it makes no sense', () => {
    const cases: readonly (readonly [Partial<SignerFlagValues>, RegExp])[] = [
      [composite(''), /--signer\.composite\.backends is ""; give a backend for each role: entity:/],
      [composite('entity'), /give a backend for each role: entity:remote,node:file/],
      [composite('entity:file:x'), /give a backend for each role/],
      [composite('king:file'), /has the role "king", which nobody knows; take entity, node, p2p/],
      [composite('entity:file,entity:remote'), /has the role entity twice; give each role once/],
      [composite('node:file'), /has no backend for the role entity; add entity:file/],
      [composite('entity:composite'), /--signer\.backend is "composite", which nobody knows/],
      [composite('entity:plugin'), /plugin is not supported: .*; have oasis-remote-signer run/],
      [{ 'signer.backend': 'memory' }, /memory is for tests of programs; use file, remote or/],
      [{ 'signer.backend': 'paper' }, /is "paper", which nobody knows; use file, remote or/],
      [{ 'signer.backend': 'remote' }, /--signer\.remote\.address is missing; give unix:<path/],
      [
        { 'signer.backend': 'remote', 'signer.remote.address': '127.0.0.1:1' },
        /--signer\.remote\.client\.certificate is missing; give the file/,
      ],
    ]
    for (const [flags, sentence] of cases)
      assert.throws(() => keyPlaceOf({ ...NOTHING, ...flags }, 'entity'), { message: sentence })
  })

  it('is a file for a node itself', () => {
    requireFiles(NOTHING, NODE_ROLES)
    requireFiles(composite('entity:remote,node:file,p2p:file,consensus:file,vrf:file'), NODE_ROLES)
    const flags = composite('node:file,p2p:file,consensus:remote,vrf:file')
    const message = /the key of the role consensus cannot be with a remote signer: .*; use --signer/
    assert.throws(() => requireFiles(flags, NODE_ROLES), { message })
    for (const role of NODE_ROLES) assert.equal(parseKeyRole(role), role)
  })
})
