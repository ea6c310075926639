/** Reading ZIP archives: the directory first, and nothing that the directory does not name. */

import { equalBytes, parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import {
  BUNDLE_CONTENT_SIZE_MAX,
  BUNDLE_FILE_COUNT_MAX,
  BUNDLE_SIZE_MAX,
  FILE_NAME_SIZE_MAX,
} from '../../limits.ts'
import { errors } from '../errors.ts'
import type { Compression } from './compression.ts'
import { FLAGS_ALLOWED, METHODS, NUMBER_ELSEWHERE, SIGNATURES, SIZES } from './layout.ts'

/** A file in an archive. Where it is has been checked, what it holds has not. */
export interface ArchivedFile {
  readonly name: string
  readonly size: number
  readonly crc: number
  readonly isDeflated: boolean
  /** As it is stored. */
  readonly stored: Uint8Array
}

interface Entry extends Omit<ArchivedFile, 'stored'> {
  readonly rawName: Uint8Array
  readonly storedSize: number
  readonly localAt: number
  /** Where the next entry begins. */
  readonly end: number
}

interface Directory {
  readonly start: number
  readonly end: number
  readonly count: number
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Where the end of the archive begins: after it there is nothing but its comment. */
function findEnd(archive: Uint8Array, view: DataView): number {
  const first = Math.max(0, archive.length - SIZES.end - NUMBER_ELSEWHERE.u16)
  for (let at = archive.length - SIZES.end; at >= first; at--) {
    if (view.getUint32(at, true) !== SIGNATURES.end) continue
    if (at + SIZES.end + view.getUint16(at + 20, true) === archive.length) return at
  }
  throw errors.notAnArchive('no end')
}

function readEnd(archive: Uint8Array, view: DataView): Directory {
  const end = findEnd(archive, view)
  const count = view.getUint16(end + 10, true)
  const size = view.getUint32(end + 12, true)
  const start = view.getUint32(end + 16, true)
  const isSplit = view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count
  if (isSplit) throw errors.unsupported('several volumes')
  if (count === NUMBER_ELSEWHERE.u16) throw errors.unsupported('64-bit sizes')
  if (count > BUNDLE_FILE_COUNT_MAX) throw errors.tooManyFiles(`${count}`)
  // What is before, between or after the parts would be read by nobody, or by others differently.
  if (start + size !== end) throw errors.notAnArchive('the directory is not before the end')
  return { start, end, count }
}

/** The name of a file: plain, and of this folder. */
function parseName(rawName: Uint8Array, manifestName: string): string {
  const name = textOf(rawName)
  if (name === manifestName) return name
  const isPlain = name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name)
  // Where the manifest's folder is, no file can be.
  const isFolder = manifestName.startsWith(`${name}/`)
  if (!isPlain || isFolder || rawName.length > FILE_NAME_SIZE_MAX) {
    throw errors.badFileName(JSON.stringify(name.slice(0, FILE_NAME_SIZE_MAX)))
  }
  return name
}

function textOf(rawName: Uint8Array): string {
  try {
    return parseUtf8(rawName)
  } catch (error) {
    if (error instanceof CodedError) throw errors.badFileName('not UTF-8')
    throw error
  }
}

function readEntry(archive: Uint8Array, at: number, { end }: Directory, manifest: string): Entry {
  const view = viewOf(archive)
  const isWhole = at + SIZES.entry <= end && view.getUint32(at, true) === SIGNATURES.entry
  if (!isWhole) throw errors.notAnArchive('the directory is damaged')
  const nameSize = view.getUint16(at + 28, true)
  const next =
    at + SIZES.entry + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  if (next > end) throw errors.notAnArchive('the directory ends early')
  const method = view.getUint16(at + 10, true)
  const isKnown = method === METHODS.stored || method === METHODS.deflated
  if (!isKnown) throw errors.unsupported(`compression ${method}`)
  const flags = view.getUint16(at + 8, true)
  if ((flags & ~FLAGS_ALLOWED) !== 0) throw errors.unsupported(`flags ${flags}`)
  const rawName = archive.subarray(at + SIZES.entry, at + SIZES.entry + nameSize)
  return {
    name: parseName(rawName, manifest),
    rawName,
    isDeflated: method === METHODS.deflated,
    crc: view.getUint32(at + 16, true),
    storedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    localAt: view.getUint32(at + 42, true),
    end: next,
  }
}

/** Where the bytes of a file are, after its own header. */
function locate(archive: Uint8Array, entry: Entry, directoryStart: number): ArchivedFile {
  const { rawName, storedSize, localAt, name, size, crc, isDeflated } = entry
  const view = viewOf(archive)
  const nameAt = localAt + SIZES.local
  const isThere = nameAt <= directoryStart && view.getUint32(localAt, true) === SIGNATURES.local
  if (!isThere) throw errors.notAnArchive(`no file ${name}`)
  const nameEnd = nameAt + view.getUint16(localAt + 26, true)
  const start = nameEnd + view.getUint16(localAt + 28, true)
  if (start + storedSize > directoryStart) throw errors.notAnArchive(`${name} ends early`)
  const method = view.getUint16(localAt + 8, true)
  const isSame =
    equalBytes(archive.subarray(nameAt, nameEnd), rawName) &&
    method === (isDeflated ? METHODS.deflated : METHODS.stored)
  if (!isSame) throw errors.notAnArchive(`${name} has two headers that differ`)
  return { name, size, crc, isDeflated, stored: archive.subarray(start, start + storedSize) }
}

/** Files that share bytes unpack to more than there is. */
function checkApart(entries: readonly Entry[]): void {
  const places = entries.toSorted((a, b) => a.localAt - b.localAt)
  for (const [i, place] of places.entries()) {
    const next = places[i + 1]
    const { localAt, storedSize, rawName, name } = place
    const end = localAt + SIZES.local + rawName.length + storedSize
    if (next !== undefined && next.localAt < end) throw errors.overlappingFiles(name)
  }
}

/**
 * The files of an archive in the order of its directory; nothing is unpacked. Only the manifest's
 * name may have a folder in it.
 */
export function listFiles(archive: Uint8Array, manifestName: string): readonly ArchivedFile[] {
  if (archive.length > BUNDLE_SIZE_MAX) throw errors.tooLarge(`${archive.length} bytes`)
  if (archive.length < SIZES.end) throw errors.notAnArchive('too short')
  const directory = readEnd(archive, viewOf(archive))
  const entries: Entry[] = []
  const names = new Set<string>()
  let sizeAll = 0
  let at = directory.start
  for (let i = 0; i < directory.count; i++) {
    const entry = readEntry(archive, at, directory, manifestName)
    if (names.has(entry.name)) throw errors.duplicateFile(entry.name)
    names.add(entry.name)
    sizeAll += entry.size
    if (sizeAll > BUNDLE_CONTENT_SIZE_MAX) throw errors.tooLarge(`${sizeAll} bytes unpacked`)
    entries.push(entry)
    at = entry.end
  }
  if (at !== directory.end) throw errors.notAnArchive('the directory is too long')
  checkApart(entries)
  return entries.map((entry) => locate(archive, entry, directory.start))
}

/** What a file holds: as many bytes as the directory says, and the same checksum. */
export function unpack(file: ArchivedFile, { inflate, crc32 }: Compression): Uint8Array {
  const { name, stored, size, isDeflated, crc } = file
  const bytes = isDeflated ? inflate(stored, size) : stored
  if (bytes?.length !== size) throw errors.damagedFile(`${name} is not ${size} bytes`)
  if (crc32(bytes) !== crc) throw errors.damagedFile(`${name} has another checksum`)
  return bytes
}
