/** The log itself: one address space that only grows, in segments, with what is live in each. */

import { equalBytes } from '@wadi/base/bytes'
import { assert, CodedError, UnavailableError } from '@wadi/base/errors'
import { ADDRESS_MAX } from '@wadi/mkvs/limits'
import { RECORD_HEAD_BYTES, recordSize } from '@wadi/mkvs/nodeRecord'
import type { FileSystem, OpenFile } from '../files/fileSystem.ts'
import { CACHE_PAGES_MAX, FRAME_SIZE_MAX, SEGMENT_SIZE } from '../limits.ts'
import { damagedError, errors } from './errors.ts'
import {
  checkFrameSize,
  encodeFrameHeader,
  FRAME_HEADER_SIZE,
  type FrameHeader,
  type FramePlace,
  frameSize,
  isNoteKept,
  placeOf,
} from './frame.ts'
import type { Extent } from './notes.ts'
import { PageCache } from './pageCache.ts'
import { PLAIN_HEADER_SIZE, plainHeader, plainName, Segment, type SegmentEntry } from './segment.ts'

/** Address 0 says "not stored", so the log begins at 1. */
export const FIRST_ADDRESS = 1

/** What is appended. */
export interface Appendix {
  readonly kind: number
  readonly nodes: Uint8Array
  readonly note: Uint8Array
}

/** Sizes that tests make small. */
export interface LogSizes {
  readonly segmentSize?: number
  readonly cachePagesMax?: number
}

/** See the top of this file. */
export class NodeLog {
  readonly files: FileSystem
  readonly folder: string
  readonly cache: PageCache
  readonly #segmentSize: number
  #segments: Segment[] = []
  #end = FIRST_ADDRESS
  #synced = FIRST_ADDRESS
  #scratch = new Uint8Array(65_536)
  #freshDeadCount = 0
  #failure: UnavailableError | undefined

  constructor(files: FileSystem, folder: string, sizes: LogSizes = {}) {
    this.files = files
    this.folder = folder
    this.cache = new PageCache(sizes.cachePagesMax ?? CACHE_PAGES_MAX)
    this.#segmentSize = sizes.segmentSize ?? SEGMENT_SIZE
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Address behind the last frame. */
  get end(): number {
    return this.#end
  }

  /** The address that the first node of the next frame will have. */
  get nextAddress(): number {
    return this.#end + FRAME_HEADER_SIZE
  }

  /** Why nothing is written any more. */
  get failure(): UnavailableError | undefined {
    return this.#failure
  }

  /** Everything below this address was found in the files or written and synced. */
  markRecovered(end: number): void {
    this.#end = end
    this.#synced = end
  }

  openSegment(entry: SegmentEntry): Segment {
    const isPlain = entry.name === plainName(entry.start)
    const path = `${this.folder}/${entry.name}`
    const file = isPlain ? this.files.openWrite(path) : this.files.openRead(path)
    if (isPlain) readyHeader(file, entry.start, path)
    return new Segment(entry, this.folder, this.cache.adopt(file))
  }

  /** Puts segments in the place of all others; they are in ascending order. */
  setSegments(segments: Segment[]): void {
    this.#segments = segments
  }

  /** Writes a frame and returns where its parts lie. After a failure nothing is written again. */
  append({ kind, nodes, note }: Appendix): FramePlace {
    this.checkWritable()
    checkFrameSize(nodes.length + note.length)
    assert(this.#end < ADDRESS_MAX - FRAME_SIZE_MAX * 2, 'nodedb: the addresses are used up')
    return this.guardWrites(() => {
      const address = this.#end
      const segment = this.#writableSegment()
      const sizes = { nodesSize: nodes.length, noteSize: note.length }
      const header: FrameHeader = { kind, address, synced: this.#synced, ...sizes }
      const head = encodeFrameHeader(header, nodes, note)
      const position = address - segment.start + PLAIN_HEADER_SIZE
      segment.source.file.write([head, nodes, note], position)
      this.admit(header)
      return placeOf(header)
    })
  }

  /** Counts a frame that is in the files as part of the log. */
  admit(header: FrameHeader): void {
    const segment = this.#segments.at(-1)
    assert(segment !== undefined && segment.end === header.address, 'a frame follows the last one')
    segment.end += frameSize(header)
    segment.liveSize += header.nodesSize + (isNoteKept(header.kind) ? header.noteSize : 0)
    this.#end = segment.end
  }

  /** Returns when everything appended so far survives a power cut. */
  sync(): void {
    this.checkWritable()
    if (this.#synced === this.#end) return
    this.guardWrites(() => this.#segments.at(-1)?.source.file.sync())
    this.#synced = this.#end
  }

  checkWritable(): void {
    if (this.#failure === undefined) return
    throw new UnavailableError(
      'storage.refused',
      `storage: the node database in ${this.folder} takes no more writes since one failed ` +
        `(${this.#failure.message}); what was committed can be read; make room and open it again`,
      { cause: this.#failure },
    )
  }

  /** Runs something that writes; if it fails, half of it may be in the files: it was the last. */
  guardWrites<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      if (error instanceof UnavailableError) this.#failure = error
      throw error
    }
  }

  /** The record at an address; valid until the next read. */
  readRecord(address: number): Uint8Array {
    const segment = this.#segmentOf(address)
    const position = segment?.positionOf(address, this.cache)
    if (segment === undefined || position === undefined) throw noNode(address)
    let head = this.cache.readOn(segment.source, position)
    if (head.length < RECORD_HEAD_BYTES) head = this.#readInto(segment, position, RECORD_HEAD_BYTES)
    const size = checkedSize(head, segment, address)
    return head.length >= size ? head.subarray(0, size) : this.#readInto(segment, position, size)
  }

  /** A copy of any bytes of one item. */
  readExtent({ address, size }: Extent): Uint8Array {
    const segment = this.#segmentOf(address)
    const position = segment?.positionOf(address, this.cache)
    if (segment === undefined || position === undefined)
      throw damagedError(this.folder, `nothing is at ${address}`)
    const bytes = new Uint8Array(size)
    if (segment.source.file.read(bytes, position) !== size)
      throw damagedError(segment.path, `it ends before ${address}`)
    return bytes
  }

  /** The records of an extent, each with its address, as far as they are still there. */
  *recordsIn({ address, size }: Extent): Generator<Extent> {
    let at = address
    while (at < address + size) {
      const recordLength = this.readRecord(at).length
      yield { address: at, size: recordLength }
      at += recordLength
    }
  }

  /** Notes that nothing needs the item any more. */
  markDead({ address, size }: Extent): void {
    const segment = this.#segmentOf(address)
    assert(segment !== undefined, 'what dies was stored')
    segment.liveSize -= size
    assert(segment.liveSize >= 0, 'no more dies than was alive')
    segment.freshDead.push(address - segment.start)
    this.#freshDeadCount++
  }

  /** How many have died since their lists were written. */
  get freshDeadCount(): number {
    return this.#freshDeadCount
  }

  /** Writes down beside each segment what has died in it. */
  listDead(): void {
    for (const segment of this.#segments) segment.listDead(this.files)
    this.#freshDeadCount = 0
  }

  close(): void {
    for (const { source } of this.#segments) source.file.close()
    this.#segments = []
  }

  #segmentOf(address: number): Segment | undefined {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#segments[middle]!.start <= address) low = middle + 1
      else high = middle
    }
    const segment = this.#segments[low - 1]
    return segment !== undefined && address < segment.end ? segment : undefined
  }

  #readInto(segment: Segment, position: number, size: number): Uint8Array {
    if (size > this.#scratch.length) this.#scratch = new Uint8Array(size * 2)
    const target = this.#scratch.subarray(0, size)
    if (segment.source.file.read(target, position) !== size)
      throw damagedError(segment.path, 'it ends inside of a record')
    return target
  }

  #writableSegment(): Segment {
    const last = this.#segments.at(-1)
    if (last !== undefined && last.end - last.start < this.#segmentSize && !last.table) return last
    // What lies in the file before must not be lost when what comes behind it survives.
    if (last !== undefined && this.#synced < this.#end) last.source.file.sync()
    this.#synced = this.#end
    const start = this.#end
    const entry = { name: plainName(start), start, end: start, liveSize: 0, deadCount: 0 }
    const segment = this.openSegment(entry)
    segment.source.file.sync()
    this.files.syncFolder(this.folder)
    this.#segments.push(segment)
    return segment
  }
}

/** A crash may have come between the making of a file and its header. */
function readyHeader(file: OpenFile, start: number, path: string): void {
  const header = plainHeader(start)
  const found = new Uint8Array(PLAIN_HEADER_SIZE)
  if (file.read(found, 0) < PLAIN_HEADER_SIZE) file.write([header], 0)
  else if (!equalBytes(found, header)) throw damagedError(path, 'its header')
}

function noNode(address: number): CodedError {
  return errors.nodeNotFound(`at ${address}`)
}

/** The size of a record of ours: garbage where one should be is the disk's fault. */
function checkedSize(head: Uint8Array, segment: Segment, address: number): number {
  try {
    const size = recordSize(head)
    if (address + size <= segment.end) return size
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  throw damagedError(segment.path, `no record at ${address}`)
}
