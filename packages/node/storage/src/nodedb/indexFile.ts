/**
 * The index: what the log said up to some address, so that an opening need not read it all. It is
 * replaced as a whole, and it decides which segments below that address belong to the log; any
 * other file is left over from a crash.
 */

import { crc32 } from 'node:zlib'
import { type FileSystem, readWhole, replaceFile } from '../files/fileSystem.ts'
import { FRESH_DEAD_MAX, INDEX_INTERVAL } from '../limits.ts'
import { ByteReader, ByteWriter } from './byteWriter.ts'
import type { Catalog, Restore } from './catalog.ts'
import { damagedError } from './errors.ts'
import type { FramePlace } from './frame.ts'
import type { SegmentEntry } from './segment.ts'

export const INDEX_NAME = 'index'

/** What the index holds. */
export interface Index {
  /** Everything below this address is in it. */
  readonly end: number
  /** Counts the indexes of this store: names of rewritten segments are made unique with it. */
  readonly generation: number
  readonly segments: readonly SegmentEntry[]
  readonly versions: readonly (readonly [bigint, number])[]
  readonly pending: readonly FramePlace[]
  readonly restore: Restore | undefined
}

function writePlace(writer: ByteWriter, place: FramePlace): void {
  writer.u48(place.nodesAddress)
  writer.u32(place.nodesSize)
  writer.u48(place.noteAddress)
  writer.u32(place.noteSize)
}

function readPlace(reader: ByteReader): FramePlace {
  return {
    nodesAddress: reader.u48(),
    nodesSize: reader.u32(),
    noteAddress: reader.u48(),
    noteSize: reader.u32(),
  }
}

const PLACE_SIZE = 20
/** Bytes of a version. */
const VERSION_SIZE = 14
/** So many times as long as the index is the log that makes another one due. */
const LOG_PER_INDEX = 2

/** What is behind the last index, and how many versions the next one will list. */
export interface BehindIndex {
  readonly size: number
  readonly freshDeadCount: number
  readonly versionCount: number
}

/** Is so much behind the last index that opening would take long, or memory fill up? */
export function isIndexDue(behind: BehindIndex, interval: number = INDEX_INTERVAL): boolean {
  // It lists all versions each time: with millions of them it is written less often.
  const least = Math.max(interval, LOG_PER_INDEX * VERSION_SIZE * behind.versionCount)
  return behind.size >= least || behind.freshDeadCount >= FRESH_DEAD_MAX
}

/** What is to be written at an address, from a catalogue and the segments. */
export function indexOf(
  catalog: Catalog,
  at: { readonly end: number; readonly generation: number },
  segments: readonly SegmentEntry[],
): Index {
  return {
    ...at,
    segments,
    versions: Array.from(catalog.versions),
    pending: catalog.pending.map(({ place }) => place),
    restore: catalog.restore,
  }
}

export function saveIndex(files: FileSystem, folder: string, index: Index): void {
  const writer = new ByteWriter(4096 + index.versions.length * 16)
  writer.u48(index.end)
  writer.u32(index.generation)
  writer.u32(index.segments.length)
  for (const { name, start, end, liveSize, deadCount } of index.segments) {
    writer.sized(Uint8Array.from(name, (character) => character.charCodeAt(0)))
    for (const value of [start, end, liveSize, deadCount]) writer.u48(value)
  }
  writer.u32(index.versions.length)
  for (const [version, noteAddress] of index.versions) {
    writer.u64(version)
    writer.u48(noteAddress)
  }
  writer.u32(index.pending.length)
  for (const place of index.pending) writePlace(writer, place)
  writer.u8(index.restore === undefined ? 0 : 1)
  if (index.restore !== undefined) {
    writer.u64(index.restore.version)
    writer.u32(index.restore.pieces.length)
    for (const place of index.restore.pieces) writePlace(writer, place)
  }
  const body = writer.finish()
  const head = new ByteWriter(4)
  head.u32(crc32(body))
  replaceFile(files, folder, INDEX_NAME, [head.finish(), body])
}

/** The index of a store; undefined if it has none yet. */
export function loadIndex(files: FileSystem, folder: string): Index | undefined {
  const path = `${folder}/${INDEX_NAME}`
  if (!files.exists(path)) return undefined
  const bytes = readWhole(files, path)
  const body = bytes.subarray(4)
  if (bytes.length < 4 || new ByteReader(bytes).u32() !== crc32(body))
    throw damagedError(path, 'its checksum')
  const reader = new ByteReader(body)
  return {
    end: reader.u48(),
    generation: reader.u32(),
    segments: readList(reader, 28, () => ({
      name: String.fromCharCode(...reader.sized()),
      start: reader.u48(),
      end: reader.u48(),
      liveSize: reader.u48(),
      deadCount: reader.u48(),
    })),
    versions: readList(reader, VERSION_SIZE, () => [reader.u64(), reader.u48()] as const),
    pending: readList(reader, PLACE_SIZE, () => readPlace(reader)),
    restore: reader.u8() === 0 ? undefined : readRestore(reader),
  }
}

function readRestore(reader: ByteReader): Restore {
  return {
    version: reader.u64(),
    pieces: readList(reader, PLACE_SIZE, () => readPlace(reader)),
  }
}

function readList<T>(reader: ByteReader, itemSize: number, readItem: () => T): T[] {
  const count = reader.checkCount(reader.u32(), itemSize)
  return Array.from({ length: count }, readItem)
}
