import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { Hash } from '@wadi/primitives/hash'
import fc from 'fast-check'
import { MANIFEST_SIZE_MAX } from '../limits.ts'
import {
  Component,
  decodeManifest,
  encodeManifest,
  hashOfManifest,
  Manifest,
  TdxMetadata,
} from './manifest.ts'

const VERSION = { major: 1, minor: 2, patch: 3 }
const digest = (byte: number) => Hash.check(Uint8Array.of(byte, ...new Uint8Array(31)))
const bytes32 = (...start: readonly number[]) =>
  Uint8Array.of(...start, ...new Uint8Array(32 - start.length))
const digests = keyedMap(text, [
  ['a', digest(1)],
  ['b', digest(2)],
])
const sgx = { executable: 'exe', signature: 'sig' }
const tdx = make(TdxMetadata, {
  firmware: 'firmware',
  kernel: 'kernel',
  initrd: 'initrd',
  extraKernelOptions: ['opt1', 'opt2'],
  stage2Image: 'image',
  resources: { memory: 1n, cpus: 2, gpu: undefined },
})
const enclave = {
  mrEnclave: MrEnclave.check(bytes32(1, 2, 3)),
  mrSigner: MrSigner.check(bytes32(3, 4, 5)),
}
const identity = [{ hypervisor: 'hypervisor', enclave }]

/** The manifests of the reference's own tests: runtime/bundle/manifest_test.go. */
const full = make(Component, {
  kind: 'ronl',
  name: 'name',
  version: VERSION,
  elf: { executable: 'exe' },
  sgx,
  tdx,
  identity,
  disabled: true,
})
const legacy = make(Component, {
  kind: 'ronl',
  name: 'ronl',
  executable: 'exe',
  sgx,
  tdx,
  disabled: true,
})

describe('the hash of a manifest', () => {
  it('is that of the reference', () => {
    const hashOf = (manifest: Partial<Manifest>) => toHex(hashOfManifest(make(Manifest, manifest)))
    const empty = 'dcc4f7c821d750caf4656cdee9f0bed52bee7697a00bab0aefb836149252cb1f'
    assert.equal(hashOf({}), empty)
    assert.equal(
      hashOf({ name: 'name', components: [full], digests }),
      '2ddf81b85d08dbecb24571ba75858ec94871800b674d581cf37214c0d56263c3',
    )
    assert.equal(
      hashOf({
        name: 'name',
        version: VERSION,
        executable: 'exe',
        sgx,
        components: [legacy],
        digests,
      }),
      'bd2987c59d2c672dee5c723b2d01adf6a7030c67efa368c342b54f887c1fe188',
    )
    assert.equal(toHex(hashOfManifest(decodeManifest(toUtf8('{}')))), empty)
  })

  it('does not see the version that the on-chain component has from above', () => {
    const onChain = make(Component, { kind: 'ronl', executable: 'exe' })
    const beside = make(Component, { kind: 'rofl', name: 'beside', version: VERSION })
    const written = make(Manifest, { version: VERSION, components: [beside, onChain] })
    const read = decodeManifest(encodeManifest(written))
    assert.deepEqual(
      read.components.map(({ version }) => version),
      [VERSION, VERSION],
    )
    assert.deepEqual(hashOfManifest(read), hashOfManifest(written))
    const other = make(Manifest, { ...written, components: [onChain, beside] })
    assert.notDeepEqual(hashOfManifest(other), hashOfManifest(written))
  })

  it('does not depend on how the file is written', () => {
    const manifest = make(Manifest, { name: 'name', components: [full], digests })
    const file = parseUtf8(encodeManifest(manifest))
    const { name, ...rest } = JSON.parse(file) as Record<string, unknown>
    const rewritten = toUtf8(JSON.stringify({ unknown: 1, ...rest, NAME: name }, undefined, 3))
    assert.deepEqual(hashOfManifest(decodeManifest(rewritten)), hashOfManifest(manifest))
  })
})

describe('the file of a manifest', () => {
  it('is read as it was written', () => {
    const check = (manifest: Manifest) => {
      const read = decodeManifest(encodeManifest(manifest))
      assert.deepEqual(hashOfManifest(read), hashOfManifest(manifest))
      assert.deepEqual(encodeManifest(decodeManifest(encodeManifest(read))), encodeManifest(read))
    }
    fc.assert(fc.property(arbitrary(Manifest), check), { numRuns: 100 })
  })

  it('MANIFEST_SIZE_MAX: has so many bytes, and not one more', () => {
    const ofSize = (size: number) => toUtf8(`{}${' '.repeat(size - 2)}`)
    assert.deepEqual(decodeManifest(ofSize(MANIFEST_SIZE_MAX)), Manifest.zero)
    const refusal = { code: 1, reason: 'bundle.tooLarge' }
    assert.throws(() => decodeManifest(ofSize(MANIFEST_SIZE_MAX + 1)), refusal)
  })

  it('that is no JSON, or of other types, is refused', () => {
    for (const [bad, reason] of [
      ['{', 'cbor.badJson'],
      ['[]', 'cbor.wrongJsonType'],
      ['{"id":"00"}', undefined],
      ['{"components":[{"kind":1}]}', 'cbor.wrongJsonType'],
      ['{"digests":{"a":"0"}}', undefined],
    ] as const) {
      const refusal = reason === undefined ? { code: 1 } : { code: 1, reason }
      assert.throws(() => decodeManifest(toUtf8(bad)), refusal, bad)
    }
  })
})
