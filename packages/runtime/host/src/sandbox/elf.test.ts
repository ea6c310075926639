import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { ELF_PART_BYTES_MAX, LIBRARIES_MAX } from '../limits.ts'
import { neededLibraries } from './elf.ts'
import { readLibraryCache } from './libraryCache.ts'
import { resolveLibraries } from './resolveLibraries.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-elf-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const HEADER = 64
const SEGMENT = 56

/** What a program says of its parts; each may be a lie. */
interface Parts {
  readonly names: readonly string[]
  readonly stringsSize?: bigint
  readonly dynamicSize?: bigint
  readonly segmentCount?: number
}

/** A program with nothing in it but the names of libraries. */
function elfOf({ names, stringsSize, dynamicSize, segmentCount = 2 }: Parts): Uint8Array {
  const strings = toUtf8(`\0${names.map((name) => `${name}\0`).join('')}`)
  const dynamicAt = HEADER + 2 * SEGMENT
  const dynamic = new Uint8Array((names.length + 3) * 16)
  const stringsAt = dynamicAt + dynamic.length
  const entries = new DataView(dynamic.buffer)
  const add = (i: number, tag: bigint, value: bigint) => {
    entries.setBigUint64(16 * i, tag, true)
    entries.setBigUint64(16 * i + 8, value, true)
  }
  let nameAt = 1
  for (const [i, name] of names.entries()) {
    add(i, 1n, BigInt(nameAt))
    nameAt += name.length + 1
  }
  add(names.length, 5n, BigInt(stringsAt))
  add(names.length + 1, 10n, stringsSize ?? BigInt(strings.length))
  const head = new Uint8Array(HEADER + 2 * SEGMENT)
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
  const view = new DataView(head.buffer)
  view.setBigUint64(32, BigInt(HEADER), true)
  view.setUint16(54, SEGMENT, true)
  view.setUint16(56, segmentCount, true)
  view.setUint32(HEADER, 1, true)
  view.setBigUint64(HEADER + 32, 0x1_0000_0000n, true)
  view.setUint32(HEADER + SEGMENT, 2, true)
  view.setBigUint64(HEADER + SEGMENT + 8, BigInt(dynamicAt), true)
  view.setBigUint64(HEADER + SEGMENT + 32, dynamicSize ?? BigInt(dynamic.length), true)
  return concatBytes(head, dynamic, strings)
}

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, 'program')
  writeFileSync(path, bytes)
  return path
}

const namesOf = (parts: Parts) => neededLibraries(fileOf(elfOf(parts)))
const bad = { reason: 'sandbox.badProgram' }

describe('the libraries that a program needs', () => {
  it('are read from the program', () => {
    assert.deepEqual(namesOf({ names: ['libc.so.6', 'libm.so.6'] }), ['libc.so.6', 'libm.so.6'])
    assert.deepEqual(namesOf({ names: [] }), [])
    assert.deepEqual(namesOf({ names: ['a'], segmentCount: 1 }), [])
  })

  it('are found for a program of this machine', () => {
    const libraries = resolveLibraries(process.execPath)
    const names = libraries.flatMap((each) => each.names)
    assert.ok(names.includes('libc.so.6'))
    assert.ok(names.some((name) => name.startsWith('ld-linux')))
    for (const { path } of libraries) assert.ok(existsSync(path))
  })

  it('are nobody else’s files', () => {
    for (const name of ['../etc/passwd', '/etc/passwd', '.', '..', 'a/b', '', 'a b', 'ü']) {
      assert.throws(() => namesOf({ names: [name] }), bad, name)
    }
  })

  it(`are ${LIBRARIES_MAX} at most`, () => {
    const names = Array.from({ length: LIBRARIES_MAX + 1 }, (_, i) => `lib${i}.so`)
    assert.equal(namesOf({ names: names.slice(1) }).length, LIBRARIES_MAX)
    assert.throws(() => namesOf({ names }), bad)
  })

  it(`are ${LIBRARIES_MAX} at most with those that they need`, () => {
    const names = Array.from({ length: LIBRARIES_MAX }, (_, i) => `lib${i}.so`)
    const plain = join(folder, 'plain.so')
    writeFileSync(plain, elfOf({ names: [] }))
    const needy = join(folder, 'needy.so')
    const resolve = (count: number) => {
      writeFileSync(needy, elfOf({ names: names.slice(0, count) }))
      const find = (name: string) => (name === 'needy.so' ? needy : plain)
      return resolveLibraries(fileOf(elfOf({ names: ['needy.so'] })), find)
    }
    assert.equal(resolve(LIBRARIES_MAX - 1).flatMap((each) => each.names).length, LIBRARIES_MAX)
    assert.throws(() => resolve(LIBRARIES_MAX), { reason: 'sandbox.tooManyLibraries' })
  })

  it('have to be there', () => {
    const program = fileOf(elfOf({ names: ['libnowhere.so.77'] }))
    assert.throws(() => resolveLibraries(program), { reason: 'sandbox.noLibrary' })
  })

  it('are not looked for in parts that are too large, or not there', () => {
    const names = ['libc.so.6']
    for (const stringsSize of [1n << 63n, BigInt(ELF_PART_BYTES_MAX + 1), 5_000n]) {
      assert.throws(() => namesOf({ names, stringsSize }), bad)
    }
    assert.throws(() => namesOf({ names, dynamicSize: 1n << 62n }), bad)
    assert.throws(() => namesOf({ names, segmentCount: 60_000 }), bad)
  })

  it(`may have names of ${ELF_PART_BYTES_MAX} bytes, and no more`, () => {
    const program = elfOf({ names: ['libc.so.6'], stringsSize: BigInt(ELF_PART_BYTES_MAX) })
    const long = new Uint8Array(program.length + ELF_PART_BYTES_MAX)
    long.set(program)
    assert.deepEqual(neededLibraries(fileOf(long)), ['libc.so.6'])
  })

  it('of any other file are an error that is told', () => {
    const good = elfOf({ names: ['libc.so.6'] })
    const damaged = fc
      .tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 }))
      .map(([at, byte]) => good.with(at, byte))
    const cut = fc.nat({ max: good.length }).map((size) => good.subarray(0, size))
    fc.assert(
      fc.property(fc.oneof(damaged, cut, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        try {
          neededLibraries(fileOf(bytes))
        } catch (error) {
          assert.ok(error instanceof CodedError, String(error))
        }
      }),
    )
  })
})

describe('the libraries of the system', () => {
  it('are read from the cache of its loader', { skip: !existsSync('/etc/ld.so.cache') }, () => {
    const cache = readLibraryCache(readFileSync('/etc/ld.so.cache'))
    assert.ok(existsSync(cache.get('libc.so.6')!))
  })

  it('are read from no other file', () => {
    for (const bytes of [new Uint8Array(), toUtf8('glibc-ld.so.cache1.1'), new Uint8Array(99)]) {
      assert.throws(() => readLibraryCache(bytes), bad)
    }
  })
})
