import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { type Bundle, readBundle, withDigests, writeBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import { Component, Manifest, TdxMetadata } from '@wadi/runtime-protocol/bundle/manifest'
import { explodeBundle } from './explodeBundle.ts'
import { programOf } from './programOf.ts'

const parent = mkdtempSync(join(tmpdir(), 'wadi-bundles-'))
after(() => rmSync(parent, { recursive: true, force: true }))

const files = new Map([
  ['runtime', toUtf8('program')],
  ['enclave.sgxs', toUtf8('enclave')],
])
const onChain = make(Component, { kind: 'ronl', elf: { executable: 'runtime' } })
const beside = make(Component, { kind: 'rofl', name: 'oracle', elf: { executable: 'runtime' } })
const sgx = { executable: 'enclave.sgxs', signature: '' }
const manifest = withDigests(make(Manifest, { components: [onChain, beside] }), files)
const bundle: Bundle = readBundle(writeBundle(manifest, files, zlibCompression), zlibCompression)
const PERMISSIONS = 0o777

describe('a bundle on a disk', () => {
  it('is a folder of its name, with programs that can be run', () => {
    const folder = explodeBundle(bundle, parent)
    assert.equal(folder, join(parent, toHex(bundle.manifestHash)))
    assert.deepEqual(readdirSync(folder).toSorted(), ['META-INF', 'enclave.sgxs', 'runtime'])
    assert.deepEqual(readFileSync(join(folder, 'runtime')), Buffer.from('program'))
    assert.equal(statSync(join(folder, 'runtime')).mode & PERMISSIONS, 0o700)
    assert.equal(statSync(join(folder, 'enclave.sgxs')).mode & PERMISSIONS, 0o600)
    assert.equal(statSync(folder).mode & PERMISSIONS, 0o700)
  })

  it('is written once, and what is not of it is not run', () => {
    const folder = explodeBundle(bundle, parent)
    const written = statSync(join(folder, 'runtime')).mtimeMs
    explodeBundle(bundle, parent)
    assert.equal(statSync(join(folder, 'runtime')).mtimeMs, written)
    writeFileSync(join(folder, 'runtime'), 'another program')
    assert.throws(() => explodeBundle(bundle, parent), { reason: 'runtimeHost.corruptedBundle' })
  })

  it('with path tricks never gets so far', () => {
    const empty = mkdtempSync(join(parent, 'empty-'))
    for (const name of ['../runtime', '/runtime', 'a/../../runtime', '..']) {
      const tricky = new Map([...files, [name, toUtf8('x')]])
      const digested = withDigests(manifest, tricky)
      assert.throws(() =>
        readBundle(writeBundle(digested, tricky, zlibCompression), zlibCompression),
      )
      assert.throws(() => explodeBundle({ ...bundle, files: tricky }, empty), BugError)
    }
    assert.deepEqual(readdirSync(empty), [])
  })
})

describe('the program of a component', () => {
  const none = { folder: '/f', enclaves: 'none' } as const
  const mock = { folder: '/f', enclaves: 'mock' } as const

  it('has the network only if it is not on the chain', () => {
    const program = programOf(bundle, onChain, none)
    assert.deepEqual(program, { path: '/f/runtime', env: {}, network: 'none' })
    assert.equal(programOf(bundle, beside, none).network, 'shared')
    const old = make(Component, { kind: 'ronl', executable: 'runtime' })
    assert.equal(programOf(bundle, old, none).path, '/f/runtime')
  })

  it('in an enclave is not here, unless the enclave is only pretended', () => {
    const enclaved = { ...onChain, sgx }
    const { env } = programOf(bundle, enclaved, mock)
    const measured = createHash('sha256').update('enclave').digest('hex')
    assert.deepEqual(env, { OASIS_MOCK_MRENCLAVE: measured })
    const refused = { reason: 'runtimeHost.noProgram' }
    assert.throws(() => programOf(bundle, enclaved, none), refused)
    const virtual = make(Component, { kind: 'ronl', tdx: TdxMetadata.zero })
    assert.throws(() => programOf(bundle, virtual, mock), refused)
    assert.throws(() => programOf(bundle, make(Component, { kind: 'ronl' }), none), refused)
  })
})
