import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, equalBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { testNamespace } from '@wadi/primitives/namespace'
import fc from 'fast-check'
import { hostileBytes } from '../arbitrary/hostileBytes.ts'
import {
  BUNDLE_CONTENT_SIZE_MAX,
  BUNDLE_FILE_COUNT_MAX,
  BUNDLE_SIZE_MAX,
  FILE_NAME_SIZE_MAX,
  MANIFEST_SIZE_MAX,
} from '../limits.ts'
import { SIGNATURES, SIZES } from './archive/layout.ts'
import { writeArchive } from './archive/writeArchive.ts'
import { type BundleFiles, readBundle, withDigests } from './bundle.ts'
import { zlibCompression as zlib } from './compliance/zlibCompression.ts'
import { Component, encodeManifest, hashOfManifest, MANIFEST_NAME, Manifest } from './manifest.ts'

const id = testNamespace(toUtf8('bad bundles'))
const onChain = make(Component, { kind: 'ronl', elf: { executable: 'program' } })
const plain: BundleFiles = new Map([['program', new Uint8Array(2_000).fill(7)]])

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason: `bundle.${reason}` })

/** A bundle of these files with the right digests, which nobody checked when it was written. */
function bundleOf(files: BundleFiles, fields: Partial<Manifest> = {}): Uint8Array {
  const manifest = withDigests(make(Manifest, { id, components: [onChain], ...fields }), files)
  return writeArchive([[MANIFEST_NAME, encodeManifest(manifest)], ...files], zlib)
}

const read = (archive: Uint8Array) => readBundle(archive, zlib)
const refuses = (archive: Uint8Array, reason: string, what?: string) =>
  assert.throws(() => read(archive), refusal(reason), what)

const good = bundleOf(plain)

describe('Bad input: bundles', () => {
  it('of any bytes are refused with a code, or are what their manifest says', () => {
    const { manifestHash } = read(good)
    const attempt = (archive: Uint8Array) => {
      try {
        const bundle = read(archive)
        assert.deepEqual(hashOfManifest(bundle.manifest), bundle.manifestHash)
        for (const name of bundle.files.keys()) assert.ok(bundle.manifest.digests?.has(name), name)
        const isSame = equalBytes(bundle.manifestHash, manifestHash)
        if (isSame) assert.deepEqual([...bundle.files.keys()], [...plain.keys()])
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    fc.assert(fc.property(hostileBytes(good), attempt), { numRuns: 1_000 })
  })

  it('that are not the one expected are refused by their manifest', () => {
    const another = read(bundleOf(plain, { name: 'another' })).manifestHash
    const expecting = () => readBundle(good, zlib, { manifestHash: another })
    assert.throws(expecting, refusal('wrongManifest'))
    const runtimeId = testNamespace(toUtf8('another'))
    assert.throws(() => readBundle(good, zlib, { runtimeId }), refusal('wrongRuntime'))
  })

  it('with a file of which nothing, or something else, is known are refused', () => {
    const manifest = withDigests(make(Manifest, { id, components: [onChain] }), plain)
    const forged = (files: BundleFiles) =>
      writeArchive([[MANIFEST_NAME, encodeManifest(manifest)], ...files], zlib)
    refuses(forged(new Map([...plain, ['more', EMPTY_BYTES]])), 'missingDigest')
    refuses(forged(new Map([['program', EMPTY_BYTES]])), 'wrongDigest')
    refuses(forged(new Map()), 'missingFile')
  })

  it('have as many files, bytes and contents as allowed, and not one more', () => {
    const filled = (count: number) =>
      new Map([
        ...plain,
        ...Array.from({ length: count }, (_, i) => [`f${i}`, EMPTY_BYTES] as const),
      ])
    const others = BUNDLE_FILE_COUNT_MAX - plain.size - 1
    assert.equal(read(bundleOf(filled(others))).files.size, others + plain.size)
    refuses(bundleOf(filled(others + 1)), 'tooManyFiles')

    const manifestOf = (size: number) => {
      const file = new Uint8Array(size).fill(0x20)
      file.set(toUtf8('{}'))
      return writeArchive([[MANIFEST_NAME, file]], zlib)
    }
    assert.equal(read(manifestOf(MANIFEST_SIZE_MAX)).files.size, 0)
    refuses(manifestOf(MANIFEST_SIZE_MAX + 1), 'tooLarge')

    refuses(new Uint8Array(BUNDLE_SIZE_MAX + 1), 'tooLarge')
    refuses(new Uint8Array(BUNDLE_SIZE_MAX), 'notAnArchive')
  })

  it('that unpack to more than they say, or than allowed, are refused before they do', () => {
    const bomb = new Map([['program', new Uint8Array(10_000_000)]])
    const archive = bundleOf(bomb)
    assert.ok(archive.length < 20_000)
    const claiming = (size: number) => {
      const changed = archive.slice()
      const view = new DataView(changed.buffer)
      const entries = [...changed.keys()].filter(
        (at) => at + 4 <= changed.length && view.getUint32(at, true) === SIGNATURES.entry,
      )
      view.setUint32(entries[1]! + 24, size, true)
      return changed
    }
    refuses(claiming(1), 'damagedFile')
    refuses(claiming(10_000_001), 'damagedFile')
    refuses(claiming(BUNDLE_CONTENT_SIZE_MAX + 1), 'tooLarge')
    assert.equal(read(claiming(10_000_000)).files.get('program')?.length, 10_000_000)
  })
})

describe('Bad input: path tricks in bundles', () => {
  const withFile = (name: string) => bundleOf(new Map([...plain, [name, Uint8Array.of(1)]]))

  it('are refused: names that lead out of the folder, or into another', () => {
    const names = [
      ...['..', '.', '', '/', '../program', '../../etc/passwd', '/etc/passwd', './program'],
      ...['a/b', 'a/../program', 'folder/', '..\\program', 'C:\\program', '\\\\host\\program'],
      ...['program\0', '\0', 'a\nb', '\u007f', '\u0085'],
      ...['META-INF', 'META-INF/', `${MANIFEST_NAME}/x`, 'META-INF/../program'],
    ]
    for (const name of names) refuses(withFile(name), 'badFileName', JSON.stringify(name))
  })

  it('are refused: names of programs that are in no bundle', () => {
    for (const executable of ['../program', '/bin/sh', MANIFEST_NAME, 'Program', 'program/']) {
      const component = make(Component, { kind: 'ronl', elf: { executable } })
      refuses(bundleOf(plain, { components: [component] }), 'missingFile', executable)
    }
  })

  it('are refused: names that are too long, not UTF-8, there twice, or another one before the file', () => {
    const longest = 'x'.repeat(FILE_NAME_SIZE_MAX)
    assert.ok(read(withFile(longest)).files.has(longest))
    refuses(withFile(`${longest}x`), 'badFileName')

    const files = [[MANIFEST_NAME, encodeManifest(read(good).manifest)], ...plain] as const
    refuses(writeArchive([...files, ...plain], zlib), 'duplicateFile')

    const changed = (change: (view: DataView, entry: number, local: number) => void) => {
      const archive = good.slice()
      const view = new DataView(archive.buffer)
      const placesOf = (signature: number) =>
        [...archive.keys()].filter(
          (at) => at + 4 <= archive.length && view.getUint32(at, true) === signature,
        )
      change(view, placesOf(SIGNATURES.entry)[1]!, placesOf(SIGNATURES.local)[1]!)
      return archive
    }
    const notUtf8 = changed((view, entry, local) => {
      view.setUint8(entry + SIZES.entry, 0xff)
      view.setUint8(local + SIZES.local, 0xff)
    })
    refuses(notUtf8, 'badFileName')
    const another = changed((view, _, local) => view.setUint8(local + SIZES.local, 0x2e))
    refuses(another, 'notAnArchive')
  })

  it('are refused: bytes before, behind and between the files', () => {
    refuses(concatBytes(Uint8Array.of(0), good), 'notAnArchive')
    refuses(concatBytes(good, Uint8Array.of(0)), 'notAnArchive')
    refuses(concatBytes(good, good), 'notAnArchive')
  })

  it('never come through, whatever the name', () => {
    const attempt = (name: string) => {
      try {
        for (const known of read(withFile(name)).files.keys())
          assert.match(known, /^(?!\.{1,2}$)[^/\\\p{Cc}]+$/u)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    const part = fc.constantFrom('..', '.', '/', '\\', 'a', '\0', 'META-INF', 'program', ' ')
    const names = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(fc.property(fc.oneof(names, fc.string()), attempt), { numRuns: 300 })
  })
})
