/** Which libraries a program needs, read from the program itself: nothing of it runs for that. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { ELF_PART_BYTES_MAX, LIBRARIES_MAX } from '../limits.ts'
import { errors } from './errors.ts'

const HEADER_SIZE = 64
const SEGMENT_SIZE = 56
const DYNAMIC_SIZE = 16
/** ELF, 64 bits, the lowest byte first. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46, 2, 1]
const SEGMENTS = { loaded: 1, dynamic: 2 } as const
const TAGS = { end: 0n, needed: 1n, strings: 5n, stringsSize: 10n } as const

/** Reads a part of a file that has to be there. */
type ReadPart = (at: bigint, size: bigint) => DataView

interface Segment {
  readonly type: number
  readonly fileAt: bigint
  readonly address: bigint
  readonly fileSize: bigint
}

/** The names of the libraries, in their order; none for a program that needs none. */
export function neededLibraries(path: string): readonly string[] {
  const file = openSync(path, 'r')
  try {
    return readNeeded(partReader(file))
  } finally {
    closeSync(file)
  }
}

function partReader(file: number): ReadPart {
  const fileSize = BigInt(fstatSync(file).size)
  return (at, size) => {
    if (size > ELF_PART_BYTES_MAX) throw errors.badProgram(`a part of ${size} bytes`)
    if (at + size > fileSize) throw errors.badProgram('a part that is not there')
    const bytes = new Uint8Array(Number(size))
    readSync(file, bytes, 0, bytes.length, at)
    return new DataView(bytes.buffer)
  }
}

function readNeeded(read: ReadPart): readonly string[] {
  const segments = readSegments(read)
  const dynamic = segments.find(({ type }) => type === SEGMENTS.dynamic)
  if (dynamic === undefined) return []
  const entries = readDynamic(read(dynamic.fileAt, dynamic.fileSize))
  const needed = entries.filter(({ tag }) => tag === TAGS.needed)
  if (needed.length > LIBRARIES_MAX) throw errors.badProgram(`${needed.length} libraries`)
  if (needed.length === 0) return []
  const address = entryOf(entries, TAGS.strings)
  const strings = read(fileOffset(segments, address), entryOf(entries, TAGS.stringsSize))
  return needed.map(({ value }) => readName(strings, value))
}

function readSegments(read: ReadPart): readonly Segment[] {
  const header = read(0n, BigInt(HEADER_SIZE))
  if (MAGIC.some((byte, i) => header.getUint8(i) !== byte)) throw errors.badProgram('no ELF file')
  const [size, count] = [header.getUint16(54, true), header.getUint16(56, true)]
  if (size !== SEGMENT_SIZE && count > 0) throw errors.badProgram('segments of another size')
  const table = read(header.getBigUint64(32, true), BigInt(count * SEGMENT_SIZE))
  return Array.from({ length: count }, (_, i) => {
    const at = i * SEGMENT_SIZE
    return {
      type: table.getUint32(at, true),
      fileAt: table.getBigUint64(at + 8, true),
      address: table.getBigUint64(at + 16, true),
      fileSize: table.getBigUint64(at + 32, true),
    }
  })
}

interface DynamicEntry {
  readonly tag: bigint
  readonly value: bigint
}

function readDynamic(table: DataView): readonly DynamicEntry[] {
  const entries: DynamicEntry[] = []
  for (let at = 0; at + DYNAMIC_SIZE <= table.byteLength; at += DYNAMIC_SIZE) {
    const tag = table.getBigUint64(at, true)
    if (tag === TAGS.end) break
    entries.push({ tag, value: table.getBigUint64(at + 8, true) })
  }
  return entries
}

function entryOf(entries: readonly DynamicEntry[], wanted: bigint): bigint {
  const entry = entries.find(({ tag }) => tag === wanted)
  if (entry === undefined) throw errors.badProgram('no names of libraries')
  return entry.value
}

/** Addresses are of memory: they are in the file where the segment is that is loaded there. */
function fileOffset(segments: readonly Segment[], target: bigint): bigint {
  for (const { type, fileAt, address, fileSize } of segments) {
    const isHere = address <= target && target < address + fileSize
    if (type === SEGMENTS.loaded && isHere) return fileAt + (target - address)
  }
  throw errors.badProgram('names of libraries that are not loaded')
}

/** A name is of one folder: it is looked for among the libraries of the system. */
function readName(strings: DataView, at: bigint): string {
  if (at >= strings.byteLength) throw errors.badProgram('a name that is not there')
  const all = new Uint8Array(strings.buffer)
  const end = all.indexOf(0, Number(at))
  const name = textOf(all.subarray(Number(at), end < 0 ? all.length : end))
  if (!/^[\w.+-]{1,255}$/u.test(name) || name.startsWith('.')) {
    throw errors.badProgram('a library with a bad name')
  }
  return name
}

function textOf(bytes: Uint8Array): string {
  try {
    return parseUtf8(bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badProgram('a library with a bad name')
  }
}
