import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import {
  BUNDLE_CONTENT_SIZE_MAX,
  BUNDLE_FILE_COUNT_MAX,
  BUNDLE_SIZE_MAX,
  FILE_NAME_SIZE_MAX,
} from '../../limits.ts'
import { zlibCompression as zlib } from '../compliance/zlibCompression.ts'
import { SIGNATURES, SIZES } from './layout.ts'
import { listFiles, unpack } from './readArchive.ts'
import { writeArchive } from './writeArchive.ts'

const MANIFEST = 'META-INF/MANIFEST.MF'
type Files = readonly (readonly [name: string, bytes: Uint8Array])[]

const SOME: Files = [
  [MANIFEST, toUtf8('{}')],
  ['program', new Uint8Array(5_000)],
  ['größe', Uint8Array.of(1, 2, 3)],
]

const written = (files: Files) => writeArchive(files, zlib)
const read = (archive: Uint8Array) =>
  listFiles(archive, MANIFEST).map((file) => [file.name, Uint8Array.from(unpack(file, zlib))])

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Where the parts of that kind begin. */
function placesOf(archive: Uint8Array, signature: number): readonly number[] {
  const view = viewOf(archive)
  return [...Array(archive.length - 3).keys()].filter(
    (at) => view.getUint32(at, true) === signature,
  )
}

type Change = (view: DataView, entry: number, local: number, end: number) => void

/** An archive of which the second file's headers, or its end, say something else. */
function changed(change: Change, files = SOME): Uint8Array {
  const archive = written(files)
  const [, entry] = placesOf(archive, SIGNATURES.entry)
  const [, local] = placesOf(archive, SIGNATURES.local)
  change(viewOf(archive), entry!, local!, archive.length - SIZES.end)
  return archive
}

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason: `bundle.${reason}` })
const refuses = (archive: Uint8Array, reason: string) =>
  assert.throws(() => read(archive), refusal(reason))

describe('an archive', () => {
  it('gives back any files, in their order', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/)
    const file = fc.tuple(name, fc.uint8Array({ maxLength: 300 }))
    const files = fc.uniqueArray(file, { selector: ([key]) => key, maxLength: 8 })
    fc.assert(fc.property(files, (some) => assert.deepEqual(read(written(some)), some)))
    assert.deepEqual(read(written(SOME)), SOME)
  })

  it('may have a comment at its end', () => {
    const archive = concatBytes(written(SOME), toUtf8('comment'))
    viewOf(archive).setUint16(archive.length - 9, 7, true)
    assert.equal(read(archive).length, SOME.length)
  })

  it('of any bytes is refused with a code, or has files', () => {
    const check = (changes: readonly (readonly [number, number])[], cut: number) => {
      const archive = written(SOME)
      for (const [at, byte] of changes) archive[at % archive.length] = byte
      try {
        read(cut % 3 === 0 ? archive.subarray(0, cut % archive.length) : archive)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(fc.property(changes, fc.nat(), check), { numRuns: 1_000 })
    for (const bytes of [EMPTY_BYTES, new Uint8Array(21), new Uint8Array(22)]) {
      refuses(bytes, 'notAnArchive')
    }
  })
})

describe('names of files that lead out of their folder', () => {
  it('are refused', () => {
    const bad = ['', '.', '..', '../x', '/etc/passwd', 'a/b', 'a/', 'a\\b', '..\\x', 'a\0b', '\n']
    for (const name of [...bad, `${MANIFEST}x`, 'META-INF/x', '\u0085']) {
      refuses(written([SOME[0]!, [name, EMPTY_BYTES]]), 'badFileName')
    }
  })

  it('are refused if they are not UTF-8', () => {
    const archive = changed((view, entry, local) => {
      view.setUint8(entry + SIZES.entry, 0xff)
      view.setUint8(local + SIZES.local, 0xff)
    })
    refuses(archive, 'badFileName')
  })

  it('FILE_NAME_SIZE_MAX: have so many bytes, and not one more', () => {
    const ofSize = (size: number): Files => [['x'.repeat(size), EMPTY_BYTES]]
    assert.equal(read(written(ofSize(FILE_NAME_SIZE_MAX))).length, 1)
    refuses(written(ofSize(FILE_NAME_SIZE_MAX + 1)), 'badFileName')
  })

  it('cannot differ between the directory and the file itself', () => {
    const archive = changed((view, _, local) => view.setUint8(local + SIZES.local, 0x2e))
    refuses(archive, 'notAnArchive')
  })
})

describe('archives that are larger than they look', () => {
  it('BUNDLE_FILE_COUNT_MAX: have so many files, and not one more', () => {
    const ofCount = (count: number): Files =>
      Array.from({ length: count }, (_, i) => [`file${i}`, EMPTY_BYTES])
    assert.equal(read(written(ofCount(BUNDLE_FILE_COUNT_MAX))).length, BUNDLE_FILE_COUNT_MAX)
    refuses(written(ofCount(BUNDLE_FILE_COUNT_MAX + 1)), 'tooManyFiles')
  })

  it('BUNDLE_SIZE_MAX: have so many bytes, and not one more', () => {
    const archive = written(SOME)
    const ofSize = (size: number) => {
      const padded = new Uint8Array(size)
      const shift = size - archive.length
      padded.set(archive, shift)
      const view = viewOf(padded)
      view.setUint32(size - 6, view.getUint32(size - 6, true) + shift, true)
      for (const at of placesOf(archive, SIGNATURES.entry)) {
        const field = shift + at + 42
        view.setUint32(field, view.getUint32(field, true) + shift, true)
      }
      return padded
    }
    assert.equal(listFiles(ofSize(BUNDLE_SIZE_MAX), MANIFEST).length, SOME.length)
    refuses(ofSize(BUNDLE_SIZE_MAX + 1), 'tooLarge')
  })

  it('BUNDLE_CONTENT_SIZE_MAX: unpack to so many bytes, and not one more', () => {
    const others = SOME.reduce(
      (sum, [name, { length }]) => sum + (name === 'program' ? 0 : length),
      0,
    )
    const ofSize = (size: number) =>
      changed((view, entry) => view.setUint32(entry + 24, size - others, true))
    assert.equal(listFiles(ofSize(BUNDLE_CONTENT_SIZE_MAX), MANIFEST).length, SOME.length)
    refuses(ofSize(BUNDLE_CONTENT_SIZE_MAX + 1), 'tooLarge')
  })

  it('are refused when a file unpacks to more, or less, than the directory says', () => {
    for (const size of [0, 1, 4_999, 5_001]) {
      refuses(
        changed((view, entry) => view.setUint32(entry + 24, size, true)),
        'damagedFile',
      )
    }
  })

  it('are refused when files share their bytes', () => {
    const files: Files = [
      ['aa', new Uint8Array(3_000)],
      ['aa2', new Uint8Array(3_000)],
    ]
    const archive = changed((view, entry) => view.setUint32(entry + 42, 0, true), files)
    refuses(archive, 'overlappingFiles')
  })
})

describe('other archives that are no bundles', () => {
  it('have two files of one name', () => {
    refuses(written([...SOME, ['program', EMPTY_BYTES]]), 'duplicateFile')
    refuses(written([...SOME, SOME[0]!]), 'duplicateFile')
  })

  it('are encrypted, compressed otherwise, split, or of 64 bits', () => {
    const changes: readonly Change[] = [
      (view, entry) => view.setUint16(entry + 8, 1, true),
      (view, entry) => view.setUint16(entry + 10, 93, true),
      (view, _, __, end) => view.setUint16(end + 4, 1, true),
      (view, _, __, end) => view.setUint32(end + 8, 0xffff_ffff, true),
    ]
    for (const change of changes) refuses(changed(change), 'unsupported')
  })

  it('have something behind the end, or a directory elsewhere', () => {
    refuses(concatBytes(written(SOME), Uint8Array.of(0)), 'notAnArchive')
    refuses(concatBytes(Uint8Array.of(0), written(SOME)), 'notAnArchive')
    refuses(
      changed((view, _, __, end) => view.setUint16(end + 10, 2, true), SOME),
      'unsupported',
    )
    const fewer = changed((view, _, __, end) => {
      view.setUint16(end + 8, 2, true)
      view.setUint16(end + 10, 2, true)
    })
    refuses(fewer, 'notAnArchive')
  })

  it('have a damaged file', () => {
    refuses(
      changed((view, entry) => view.setUint32(entry + 16, 7, true)),
      'damagedFile',
    )
    refuses(
      changed((view, entry) => view.setUint32(entry + 42, 3, true)),
      'overlappingFiles',
    )
    refuses(
      changed((view, entry) => view.setUint32(entry + 20, 0xffff_fff0, true)),
      'overlappingFiles',
    )
  })

  it('say their names in words', () => {
    assert.throws(() => read(written([['../../x', EMPTY_BYTES]])), /not allowed: "\.\.\/\.\.\/x"/)
    assert.equal(parseUtf8(written([]).subarray(0, 2)), 'PK')
  })
})
