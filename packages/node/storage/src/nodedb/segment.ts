/**
 * A file that holds a stretch of the log's addresses.
 *
 *   plain   as it was written, frame behind frame: an address is a position plus a constant
 *   sparse  rewritten: only what was live, in order of address, with a table of where each item
 *           went. Items keep their addresses, because their parents know them by these.
 *
 * What has died is noted beside the segment (`<name>.dead`, 32-bit offsets) when the index is
 * written, so that memory holds only what died since.
 */

import { type FileSystem, type OpenFile, readWhole } from '../files/fileSystem.ts'
import { ByteWriter } from './byteWriter.ts'
import { damagedError } from './errors.ts'
import type { CachedFile, PageCache } from './pageCache.ts'

/** Bytes before the first frame of a plain segment. */
export const PLAIN_HEADER_SIZE = 16
const PLAIN_MAGIC = Uint8Array.of(0x57, 0x61, 0x64, 0x69, 0x6c, 0x6f, 0x67, 0x31)
/** One entry of a sparse table: address offset u32, position u32. */
const TABLE_ENTRY_SIZE = 8
/** Every so many entries of a table, one is kept in memory. */
const SAMPLE_STEP = 128
/** Behind the table: where it begins f64, entries u32, four bytes of magic. */
const TRAILER_SIZE = 16
const SPARSE_MAGIC = 0x3153_7057

/** What the index says of a segment. */
export interface SegmentEntry {
  readonly name: string
  readonly start: number
  /** Address behind the last byte. */
  readonly end: number
  readonly liveSize: number
  /** How many offsets of its list of the dead count. */
  readonly deadCount: number
}

/** See the top of this file. */
export class Segment {
  readonly name: string
  readonly start: number
  end: number
  readonly source: CachedFile
  readonly path: string
  /** Bytes of items that something needs. */
  liveSize: number
  /** Offsets of the dead that are in the list on disk. */
  listedDead: number
  /** Offsets of the dead that are not yet in that list. */
  freshDead: number[] = []
  readonly table: SparseTable | undefined

  constructor(entry: SegmentEntry, folder: string, source: CachedFile) {
    this.name = entry.name
    this.start = entry.start
    this.end = entry.end
    this.liveSize = entry.liveSize
    this.listedDead = entry.deadCount
    this.source = source
    this.path = `${folder}/${entry.name}`
    this.table = isSparseName(entry.name) ? new SparseTable(source.file, this.path) : undefined
  }

  get entry(): SegmentEntry {
    const { name, start, end, liveSize, listedDead } = this
    return { name, start, end, liveSize, deadCount: listedDead + this.freshDead.length }
  }

  /** Bytes on disk. */
  get size(): number {
    return this.table === undefined ? this.end - this.start : this.table.dataSize
  }

  /** Where the item with this address lies, if it is here. */
  positionOf(address: number, cache: PageCache): number | undefined {
    const offset = address - this.start
    if (this.table === undefined) return offset + PLAIN_HEADER_SIZE
    return this.table.find(offset, this.source, cache)
  }

  /** Appends the fresh dead to the list on disk. */
  listDead(files: FileSystem): void {
    if (this.freshDead.length === 0) return
    const file = files.openWrite(deadListPath(this.path))
    try {
      const offsets = Uint32Array.from(this.freshDead)
      file.truncate(this.listedDead * 4)
      file.write([new Uint8Array(offsets.buffer)], this.listedDead * 4)
      file.sync()
    } finally {
      file.close()
    }
    this.listedDead += this.freshDead.length
    this.freshDead = []
  }

  /** All dead offsets in ascending order. */
  deadOffsets(files: FileSystem): Uint32Array {
    const all = new Uint32Array(this.listedDead + this.freshDead.length)
    if (this.listedDead > 0) {
      const bytes = readWhole(files, deadListPath(this.path)).slice(0, this.listedDead * 4)
      if (bytes.length !== this.listedDead * 4)
        throw damagedError(this.path, 'its list of the dead')
      all.set(new Uint32Array(bytes.buffer))
    }
    all.set(this.freshDead, this.listedDead)
    return all.sort()
  }
}

export function deadListPath(path: string): string {
  return `${path}.dead`
}

const hexOf = (address: number): string => address.toString(16).padStart(12, '0')

export function plainName(start: number): string {
  return `${hexOf(start)}.log`
}

export function sparseName(start: number, generation: number): string {
  return `${hexOf(start)}-${generation}.sparse`
}

function isSparseName(name: string): boolean {
  return name.endsWith('.sparse')
}

/** Where a plain segment begins, by its name; undefined for any other file. */
export function parsePlainName(name: string): number | undefined {
  return /^[0-9a-f]{12}\.log$/.test(name) ? Number.parseInt(name, 16) : undefined
}

/** The first bytes of a plain segment. */
export function plainHeader(start: number): Uint8Array {
  const header = new Uint8Array(PLAIN_HEADER_SIZE)
  header.set(PLAIN_MAGIC)
  new DataView(header.buffer).setFloat64(8, start, true)
  return header
}

/** An item that a sparse segment is to hold. */
export interface SparseItem {
  readonly address: number
  readonly bytes: Uint8Array
}

const COPY_CHUNK = 1024 * 1024

/** Writes a sparse segment from items in ascending order; returns the bytes of all items. */
export function writeSparse(file: OpenFile, start: number, items: Iterable<SparseItem>): number {
  const table = new ByteWriter(64 * 1024)
  let waiting: Uint8Array[] = []
  let waitingSize = 0
  let written = 0
  let count = 0
  const flush = (): void => {
    file.write(waiting, written)
    written += waitingSize
    waiting = []
    waitingSize = 0
  }
  for (const { address, bytes } of items) {
    table.u32(address - start)
    table.u32(written + waitingSize)
    waiting.push(bytes.slice())
    waitingSize += bytes.length
    count++
    if (waitingSize >= COPY_CHUNK) flush()
  }
  flush()
  const trailer = new Uint8Array(TRAILER_SIZE)
  const view = new DataView(trailer.buffer)
  view.setFloat64(0, written, true)
  view.setUint32(8, count, true)
  view.setUint32(12, SPARSE_MAGIC, true)
  file.write([table.finish(), trailer], written)
  return written
}

/** The table of a sparse segment: on disk, with every 128th address in memory. */
class SparseTable {
  readonly dataSize: number
  readonly count: number
  readonly #samples: Uint32Array

  constructor(file: OpenFile, path: string) {
    const end = file.size()
    const trailer = new Uint8Array(TRAILER_SIZE)
    const view = new DataView(trailer.buffer)
    file.read(trailer, Math.max(0, end - TRAILER_SIZE))
    this.dataSize = view.getFloat64(0, true)
    this.count = view.getUint32(8, true)
    const isWhole = this.dataSize + this.count * TABLE_ENTRY_SIZE + TRAILER_SIZE === end
    if (view.getUint32(12, true) !== SPARSE_MAGIC || !isWhole) throw damagedError(path, 'its table')
    this.#samples = new Uint32Array(Math.ceil(this.count / SAMPLE_STEP))
    const chunk = new Uint8Array(SAMPLE_STEP * TABLE_ENTRY_SIZE)
    for (let i = 0; i < this.#samples.length; i++) {
      file.read(chunk, this.dataSize + i * SAMPLE_STEP * TABLE_ENTRY_SIZE)
      this.#samples[i] = new DataView(chunk.buffer).getUint32(0, true)
    }
  }

  find(offset: number, source: CachedFile, cache: PageCache): number | undefined {
    let low = 0
    let high = this.#samples.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#samples[middle]! <= offset) low = middle + 1
      else high = middle
    }
    if (low === 0) return undefined
    let first = (low - 1) * SAMPLE_STEP
    let last = Math.min(this.count, first + SAMPLE_STEP)
    while (first < last) {
      const middle = (first + last) >> 1
      const [address, position] = this.entryAt(middle, source, cache)
      if (address === offset) return position
      if (address < offset) first = middle + 1
      else last = middle
    }
    return undefined
  }

  /** Offset and position of the item with this number. */
  entryAt(index: number, source: CachedFile, cache: PageCache): readonly [number, number] {
    const at = this.dataSize + index * TABLE_ENTRY_SIZE
    let bytes = cache.readOn(source, at)
    if (bytes.length < TABLE_ENTRY_SIZE) {
      bytes = new Uint8Array(TABLE_ENTRY_SIZE)
      source.file.read(bytes, at)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, TABLE_ENTRY_SIZE)
    return [view.getUint32(0, true), view.getUint32(4, true)]
  }
}
