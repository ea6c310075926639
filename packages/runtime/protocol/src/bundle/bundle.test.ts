import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { Hash, hashOfBytes } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import fc from 'fast-check'
import { MANIFEST_SIZE_MAX } from '../limits.ts'
import { writeArchive } from './archive/writeArchive.ts'
import { bundleFileName, enclavesOf, readBundle, withDigests, writeBundle } from './bundle.ts'
import { zlibCompression as zlib } from './compliance/zlibCompression.ts'
import { PROGRAM, SIGSTRUCT } from './fixtures/sigstruct.ts'
import {
  Component,
  encodeManifest,
  hashOfManifest,
  MANIFEST_NAME,
  Manifest,
  TdxMetadata,
} from './manifest.ts'
import { verifySigstruct } from './sigstruct.ts'

const id = testNamespace(toUtf8('bundle'))
const files: ReadonlyMap<string, Uint8Array> = new Map([
  ['program', new Uint8Array(3_000).fill(7)],
  ['enclave', Uint8Array.of(1, 2, 3)],
  ['firmware', Uint8Array.of(4)],
  ['kernel', Uint8Array.of(5)],
])
const resources = { memory: 512n, cpus: 2, gpu: undefined }
const components = [
  make(Component, {
    kind: 'ronl',
    elf: { executable: 'program' },
    sgx: { executable: 'enclave', signature: '' },
  }),
  make(Component, {
    kind: 'rofl',
    name: 'oracle',
    tdx: make(TdxMetadata, { firmware: 'firmware', kernel: 'kernel', resources }),
  }),
]
const manifest = withDigests(make(Manifest, { name: 'test', id, components }), files)
const good = writeBundle(manifest, files, zlib)

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason: `bundle.${reason}` })

/** A bundle that nobody checked when it was written. */
function forged(of: Manifest, parts: Iterable<readonly [string, Uint8Array]> = files): Uint8Array {
  return writeArchive([[MANIFEST_NAME, encodeManifest(of)], ...parts], zlib)
}

const refuses = (archive: Uint8Array, reason: string) =>
  assert.throws(() => readBundle(archive, zlib), refusal(reason))

describe('a bundle', () => {
  it('of several components is read as it was written', () => {
    const bundle = readBundle(good, zlib, { manifestHash: hashOfManifest(manifest), runtimeId: id })
    assert.deepEqual(bundle.manifest, manifest)
    assert.deepEqual(
      Array.from(bundle.files, ([name, bytes]) => [name, Uint8Array.from(bytes)]),
      [...files],
    )
    assert.deepEqual(bundle.manifestFile, encodeManifest(manifest))
    assert.match(bundleFileName(bundle.manifestHash), /^[0-9a-f]{64}\.orc$/)
  })

  it('that is another one than expected is refused before its files are unpacked', () => {
    const unpacked: number[] = []
    const watching = {
      ...zlib,
      crc32: (bytes: Uint8Array) => {
        unpacked.push(bytes.length)
        return zlib.crc32(bytes)
      },
    }
    const manifestHash = Hash.zero
    const read = () => readBundle(good, watching, { manifestHash })
    assert.throws(read, refusal('wrongManifest'))
    assert.equal(unpacked.length, 1)
    const runtimeId = testNamespace(toUtf8('another'))
    assert.throws(() => readBundle(good, zlib, { runtimeId }), refusal('wrongRuntime'))
  })

  it('begins with its manifest', () => {
    const last = [...files, [MANIFEST_NAME, encodeManifest(manifest)] as const]
    refuses(writeArchive(last, zlib), 'manifestNotFirst')
    refuses(writeArchive(files, zlib), 'manifestNotFirst')
    refuses(writeArchive([], zlib), 'manifestNotFirst')
  })

  it('MANIFEST_SIZE_MAX: unpacks a manifest of so many bytes, and not one more', () => {
    const ofSize = (size: number) => {
      const file = new Uint8Array(size).fill(0x20)
      file.set(toUtf8('{}'))
      return writeArchive([[MANIFEST_NAME, file]], zlib)
    }
    assert.equal(readBundle(ofSize(MANIFEST_SIZE_MAX), zlib).files.size, 0)
    refuses(ofSize(MANIFEST_SIZE_MAX + 1), 'tooLarge')
  })

  it('has every file that a component needs', () => {
    for (const name of files.keys()) {
      refuses(
        forged(
          manifest,
          [...files].filter(([other]) => other !== name),
        ),
        'missingFile',
      )
    }
    const signed = { executable: 'enclave', signature: 'signature' }
    const old = make(Component, { kind: 'ronl', executable: 'old' })
    const [onChain, beside] = components as [Component, Component]
    for (const part of [
      { ...onChain, sgx: signed },
      old,
      { ...beside, tdx: { ...beside.tdx!, initrd: 'disk' } },
      { ...beside, tdx: { ...beside.tdx!, stage2Image: 'image' } },
    ]) {
      refuses(forged({ ...manifest, components: [part] }), 'missingFile')
    }
    // COMPAT(oasis-core): the old form has an ELF executable in any case.
    refuses(forged({ ...manifest, components: [], sgx: signed }), 'missingFile')
  })

  it('has the right digest for every file', () => {
    const digests = manifest.digests ?? keyedMap(text, [])
    const wrong = { ...manifest, digests: withEntry(digests, 'kernel', Hash.zero) }
    refuses(forged(wrong), 'wrongDigest')
    refuses(forged(manifest, [...files, ['more', Uint8Array.of(1)]]), 'missingDigest')
    refuses(forged({ ...manifest, digests: undefined }), 'missingDigest')
    const ofItself = withEntry(digests, MANIFEST_NAME, hashOfBytes(encodeManifest(manifest)))
    refuses(forged({ ...manifest, digests: ofItself }), 'wrongDigest')
    const ofNothing = withEntry(digests, 'absent', Hash.zero)
    assert.equal(readBundle(forged({ ...manifest, digests: ofNothing }), zlib).files.size, 4)
  })

  it('has the signature of its SGX program verified, and is the enclave that it says', () => {
    const sgx = { executable: 'signed', signature: 'signature' }
    const component = { ...components[0]!, sgx }
    const signedBy = (sigstruct: Uint8Array) => {
      const all = new Map([...files, ['signed', PROGRAM], ['signature', sigstruct]] as const)
      return forged(withDigests(make(Manifest, { id, components: [component] }), all), all)
    }
    const bundle = readBundle(signedBy(SIGSTRUCT), zlib)
    assert.deepEqual(enclavesOf(bundle, component), [verifySigstruct(SIGSTRUCT, PROGRAM)])
    const enclave = { mrEnclave: MrEnclave.zero, mrSigner: MrSigner.zero }
    const named = { ...component, identity: [{ hypervisor: '', enclave }] }
    assert.deepEqual(enclavesOf(bundle, named), [enclave])
    refuses(signedBy(Uint8Array.from(SIGSTRUCT).fill(0, 600, 601)), 'badSignature')
    const unsigned = readBundle(good, zlib)
    for (const other of components) {
      assert.throws(() => enclavesOf(unsigned, other), refusal('noIdentity'))
    }
  })

  it('is not written if it could not be read', () => {
    assert.throws(() => writeBundle(manifest, new Map(), zlib), refusal('missingFile'))
    assert.throws(
      () => writeBundle({ ...manifest, digests: undefined }, files, zlib),
      refusal('missingDigest'),
    )
    const outside = new Map([...files, ['../x', Uint8Array.of(1)] as const])
    const leading = withDigests(manifest, outside)
    assert.throws(() => writeBundle(leading, outside, zlib), refusal('badFileName'))
    const nobody = { ...manifest, components: [Component.zero] }
    assert.throws(() => writeBundle(nobody, files, zlib), refusal('badComponent'))
  })

  it('of any bytes is refused with a code, or is the same', () => {
    const check = (changes: readonly (readonly [number, number])[]) => {
      const archive = Uint8Array.from(good)
      for (const [at, byte] of changes) archive[at % archive.length] = byte
      try {
        const read = readBundle(archive, zlib)
        assert.deepEqual(hashOfManifest(read.manifest), read.manifestHash)
        assert.equal(read.files.size, files.size)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(fc.property(changes, check), { numRuns: 500 })
  })
})
