import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { checkManifest } from './checkManifest.ts'
import { Component, Manifest, TdxMetadata } from './manifest.ts'

const onChain = make(Component, { kind: 'ronl', elf: { executable: 'program' } })
const beside = make(Component, { kind: 'rofl', name: 'abc' })
const sgx = { executable: 'enclave', signature: '' }
const resources = { memory: 16n, cpus: 1, gpu: undefined }
const tdx = make(TdxMetadata, { firmware: 'firmware', resources })

const check = (...components: readonly Component[]) => checkManifest(make(Manifest, { components }))

describe('a manifest', () => {
  it('may have components of all kinds, or none', () => {
    check()
    check(onChain)
    check({ ...onChain, elf: undefined, executable: 'program' })
    check(onChain, beside, { ...beside, name: 'x'.repeat(128), disabled: true })
    check({ ...onChain, sgx }, { ...beside, tdx })
    check({ ...beside, tdx: { ...tdx, kernel: 'kernel', initrd: 'disk', stage2Image: 'image' } })
    checkManifest(make(Manifest, { executable: 'old', sgx, components: [beside] }))
  })

  it('has no two components of one name', () => {
    const refusal = { code: 1, reason: 'bundle.duplicateComponent' }
    assert.throws(() => check(onChain, beside, beside), refusal)
    assert.throws(() => check(onChain, onChain), refusal)
  })

  it('tells of the on-chain component in one way only', () => {
    const refusal = { code: 1, reason: 'bundle.twoExecutables' }
    for (const old of [{ executable: 'old' }, { sgx }]) {
      const manifest = make(Manifest, { ...old, components: [onChain] })
      assert.throws(() => checkManifest(manifest), refusal)
    }
  })

  it('has no component that cannot be', () => {
    const bad: readonly Component[] = [
      Component.zero,
      { ...onChain, kind: 'RONL' },
      { ...onChain, name: 'name' },
      { ...onChain, elf: undefined },
      { ...onChain, elf: { executable: '' } },
      { ...onChain, disabled: true },
      { ...onChain, sgx, tdx },
      { ...onChain, sgx: { ...sgx, executable: '' } },
      ...['', 'ab', 'x'.repeat(129), 'a b', 'a/b', '../x', 'größe', 'abc\n'].map((name) => ({
        ...beside,
        name,
      })),
      ...[
        { firmware: '' },
        { initrd: 'disk' },
        { stage2Image: 'image' },
        { resources: { ...resources, memory: 15n } },
        { resources: { ...resources, cpus: 0 } },
        { resources: { ...resources, gpu: { model: '', count: 0 } } },
      ].map((part) => ({ ...beside, tdx: { ...tdx, ...part } })),
    ]
    for (const component of bad) {
      assert.throws(() => check(component), { code: 1, reason: 'bundle.badComponent' })
    }
    const old = make(Manifest, { sgx: { executable: '', signature: '' } })
    assert.throws(() => checkManifest(old), { code: 1, reason: 'bundle.badComponent' })
  })
})
