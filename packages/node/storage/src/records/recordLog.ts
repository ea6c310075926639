/**
 * A log of records that only grows at its end and is forgotten from its beginning: what the
 * engine's stores and its write-ahead log stand on.
 *
 * One address space in segments (`<address of the first byte>.records`), frame behind frame. An
 * opening cuts the last segment at the first frame that is not whole, unless that lies below what
 * was known to be durable: that is damage, is reported, and is skipped. A record that cannot be
 * read is missing, never wrong. After a write has failed nothing more is written, in words.
 */

import { assert, UnavailableError } from '@wadi/base/errors'
import type { FileSystem, OpenFile } from '../files/fileSystem.ts'
import {
  RECORD_DAMAGE_MAX,
  RECORD_FILES_MAX,
  RECORD_HEADS_MAX,
  RECORD_SEGMENT_SIZE,
  RECORD_WAITING_SIZE,
} from '../limits.ts'
import { headListPath, loadHeads, saveHeads } from './headList.ts'
import {
  encodeFrameHead,
  FRAME_HEAD_BYTES,
  isFrameIntact,
  parseFrameHead,
  type RecordHead,
} from './recordFrame.ts'
import { type Stretch, scanRecords } from './scanRecords.ts'

export type { RecordHead }

/** Where a log is, and what its owner wants of it. */
export interface RecordLogOptions {
  readonly files: FileSystem
  /** It exists, and only this log has files in it that end in `.records`. */
  readonly folder: string
  /** Bytes of a payload; a longer one is the caller's bug, and on the disk it is no record. */
  readonly recordSizeMax: number
  /** Bytes after which the log goes on in another file. */
  readonly segmentSize?: number
  /** Are the heads of this kind told at the opening? */
  readonly isIndexed: (kind: number) => boolean
  /** Told at the opening, in the order of addresses. */
  readonly onHead: (head: RecordHead) => void
}

/** What is appended. */
export interface NewRecord {
  readonly kind: number
  readonly height: bigint
  /** 32 bits to find it by; 0 unless given. */
  readonly tag?: number
  readonly parts: readonly Uint8Array[]
}

/** A record as it is read back; the payload is valid until the next one is read. */
export interface StoredRecord {
  readonly head: RecordHead
  readonly payload: Uint8Array
}

interface Segment {
  readonly path: string
  readonly start: number
  end: number
  file: OpenFile | undefined
}

/** The kind of a record that says only that everything before it is durable. */
const NOTE = 255
const SUFFIX = '.records'
const NAME = /^([0-9a-f]{12})\.records$/

function segmentName(start: number): string {
  return `${start.toString(16).padStart(12, '0')}${SUFFIX}`
}

/** See the top of this file. */
export class RecordLog {
  readonly #options: RecordLogOptions
  readonly #segmentSize: number
  #segments: Segment[] = []
  /** Heads of the last segment that its list will hold. */
  #heads: RecordHead[] = []
  #damage: Stretch[] = []
  /** Everything below is in the file; behind it are the waiting frames. */
  #written = 0
  #end = 0
  #synced = 0
  /** Where the last note ends: if nothing follows it, there is nothing to be noted. */
  #noted = 0
  #waiting: Uint8Array[] = []
  #failure: UnavailableError | undefined
  /** Sealed segments that are open, the one used last at the end. */
  #open: Segment[] = []

  constructor(options: RecordLogOptions) {
    this.#options = options
    this.#segmentSize = options.segmentSize ?? RECORD_SEGMENT_SIZE
    this.#segments = this.#findSegments()
    for (const segment of this.#segments.slice(0, -1)) this.#openSealed(segment)
    this.#openLast()
  }

  /** The first address that is kept. */
  get start(): number {
    return this.#segments[0]?.start ?? 0
  }

  /** The address of the next record. */
  get end(): number {
    return this.#end
  }

  /** What was durable once and cannot be read, as far as the opening has seen it. */
  get damage(): readonly Stretch[] {
    return this.#damage
  }

  /** Appends a record and returns its head. A crash may take it until `sync` has returned. */
  append({ kind, height, tag = 0, parts }: NewRecord): RecordHead {
    this.#checkWritable()
    let size = 0
    for (const part of parts) size += part.length
    assert(kind !== NOTE, 'no record is of the kind of notes')
    assert(size <= this.#options.recordSizeMax, `a record of ${size} bytes is within its bound`)
    if (this.#isFull) this.#seal()
    const head = { kind, height, tag, address: this.#end, size }
    this.#waiting.push(encodeFrameHead({ head, synced: this.#synced }, parts), ...parts)
    this.#end += FRAME_HEAD_BYTES + size
    if (this.#options.isIndexed(kind)) this.#heads.push(head)
    if (this.#end - this.#written >= RECORD_WAITING_SIZE) this.#write()
    return head
  }

  /** Returns when everything appended so far survives a power cut. */
  sync(): void {
    this.#checkWritable()
    if (this.#synced === this.#end) return
    this.#write()
    this.#guard(() => this.#fileOf(this.#last).sync())
    this.#synced = this.#end
  }

  /**
   * As `sync`, and says so in the file: what is damaged later at the end of the log is then known
   * to be damage, and not taken for what a crash tore. The note itself is not waited for.
   */
  syncAndNote(): void {
    if (this.#synced === this.#end || this.#noted === this.#end) return
    this.sync()
    const head = { kind: NOTE, height: 0n, tag: 0, address: this.#end, size: 0 }
    this.#waiting.push(encodeFrameHead({ head, synced: this.#synced }, []))
    this.#end += FRAME_HEAD_BYTES
    this.#noted = this.#end
    this.#write()
  }

  /** The payload of a record, or undefined if it is damaged or gone. */
  read({ address, size }: Pick<RecordHead, 'address' | 'size'>): Uint8Array | undefined {
    if (address + size > this.#written) this.#write()
    const segment = this.#segmentOf(address)
    if (segment === undefined) return undefined
    const frame = new Uint8Array(FRAME_HEAD_BYTES + size)
    const read = this.#fileOf(segment).read(frame, address - segment.start)
    if (read < frame.length || !isFrameIntact(frame)) return undefined
    const found = parseFrameHead(frame, address)
    return found?.head.size === size ? frame.subarray(FRAME_HEAD_BYTES) : undefined
  }

  /** The records from an address on at which one begins; what is damaged is told and skipped. */
  *records(from: number, onDamage?: (stretch: Stretch) => void): Generator<StoredRecord> {
    this.#write()
    const { recordSizeMax } = this.#options
    // As they are now: who reads may append, and have what was read dropped.
    const written = this.#written
    for (const segment of this.#segments.slice()) {
      const { start } = segment
      const end = Math.min(segment.end, written)
      if (end <= from) continue
      const source = { file: this.#fileOf(segment), start, end, recordSizeMax }
      for (const found of scanRecords(source, Math.max(from, start))) {
        if (found.kind === 'gap') onDamage?.(found)
        else if (found.head.kind !== NOTE) yield found
      }
    }
  }

  /** Is there a file that lies wholly below an address? */
  canDropBefore(address: number): boolean {
    return this.#segments.length > 1 && this.#segments[0]!.end <= address
  }

  /** Gives back the files that lie wholly below an address; returns how many bytes. */
  dropBefore(address: number): number {
    const { files } = this.#options
    let dropped = 0
    while (this.canDropBefore(address)) {
      const segment = this.#segments.shift()!
      this.#close(segment)
      dropped += segment.end - segment.start
      if (files.exists(headListPath(segment.path))) files.remove(headListPath(segment.path))
      if (files.exists(segment.path)) files.remove(segment.path)
    }
    return dropped
  }

  /** Goes on in another file, so that everything before it can be dropped. */
  rotate(): void {
    this.#checkWritable()
    if (this.#end > this.#last.start) this.#seal()
  }

  /** Writes what waits, if the disk takes it, and closes the files. Closing again does nothing. */
  close(): void {
    try {
      if (this.#failure === undefined) this.#write()
    } catch (error) {
      // What was not synced may be lost: so the owner was told, and it has been told of failures.
      if (!(error instanceof UnavailableError)) throw error
    }
    for (const segment of this.#segments) this.#close(segment)
    this.#failure ??= new UnavailableError('storage.closed', 'storage: the log is closed')
  }

  get #isFull(): boolean {
    const size = this.#end - this.#last.start
    return size >= this.#segmentSize || this.#heads.length >= RECORD_HEADS_MAX
  }

  get #last(): Segment {
    return this.#segments[this.#segments.length - 1]!
  }

  #findSegments(): Segment[] {
    const { files, folder } = this.#options
    const starts = files
      .list(folder)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map((hex) => Number.parseInt(hex, 16))
      .sort((a, b) => a - b)
    if (starts.length === 0) starts.push(0)
    return starts.map((start, index) => {
      const path = `${folder}/${segmentName(start)}`
      return { path, start, end: starts[index + 1] ?? start, file: undefined }
    })
  }

  #openSealed(segment: Segment): void {
    const { files, isIndexed, onHead, recordSizeMax } = this.#options
    let heads = loadHeads(files, segment.path, segment.end)
    if (heads === undefined) {
      const { start, end } = segment
      const found: RecordHead[] = []
      for (const item of scanRecords({ file: this.#fileOf(segment), start, end, recordSizeMax })) {
        if (item.kind === 'gap') this.#noteDamage(item)
        else if (isIndexed(item.head.kind)) found.push(item.head)
      }
      saveHeads(files, segment.path, segment.end, found)
      heads = found
    }
    for (const head of heads) onHead(head)
  }

  /** Finds the end of the log, and cuts off what a crash has left behind it. */
  #openLast(): void {
    const { files, folder, isIndexed, onHead, recordSizeMax } = this.#options
    const last = this.#last
    const isNew = !files.exists(last.path)
    last.file = files.openWrite(last.path)
    if (isNew) files.syncFolder(folder)
    const size = last.file.size()
    const source = { file: last.file, start: last.start, end: last.start + size, recordSizeMax }
    const gaps: Stretch[] = []
    const heads: RecordHead[] = []
    let known = last.start
    for (const found of scanRecords(source)) {
      if (found.kind === 'gap') gaps.push(found)
      else {
        known = Math.max(known, found.synced)
        if (isIndexed(found.head.kind)) heads.push(found.head)
      }
    }
    const torn = gaps.find((gap) => gap.end > known)
    const end = torn === undefined ? source.end : Math.max(torn.start, known)
    for (const gap of gaps)
      if (gap.start < end) this.#noteDamage({ start: gap.start, end: Math.min(gap.end, end) })
    if (end < source.end) last.file.truncate(end - last.start)
    // What is read now must not be gone after the next crash, nor come back what was cut off.
    if (size > 0) last.file.sync()
    this.#heads = heads.filter((head) => head.address < end)
    for (const head of this.#heads) onHead(head)
    last.end = end
    this.#written = end
    this.#synced = end
    this.#end = end
  }

  #noteDamage({ start, end }: Stretch): void {
    if (this.#damage.length < RECORD_DAMAGE_MAX) this.#damage.push({ start, end })
  }

  /** Ends the last segment and begins another. What it holds is durable before there is more. */
  #seal(): void {
    this.sync()
    const { files, folder } = this.#options
    const sealed = this.#last
    this.#guard(() => {
      saveHeads(files, sealed.path, sealed.end, this.#heads)
      const path = `${folder}/${segmentName(this.#end)}`
      const file = files.openWrite(path)
      files.syncFolder(folder)
      this.#segments.push({ path, start: this.#end, end: this.#end, file })
    })
    this.#heads = []
    this.#remember(sealed)
  }

  #write(): void {
    if (this.#waiting.length === 0) return
    this.#checkWritable()
    const last = this.#last
    const parts = this.#waiting
    this.#waiting = []
    this.#guard(() => this.#fileOf(last).write(parts, this.#written - last.start))
    last.end = this.#end
    this.#written = this.#end
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

  #fileOf(segment: Segment): OpenFile {
    if (segment.file === undefined) segment.file = this.#options.files.openRead(segment.path)
    if (segment !== this.#last) this.#remember(segment)
    return segment.file
  }

  /** Keeps a sealed segment open, and closes the one that was not used for the longest time. */
  #remember(segment: Segment): void {
    if (this.#open.at(-1) === segment) return
    this.#open = this.#open.filter((other) => other !== segment)
    this.#open.push(segment)
    if (this.#open.length > RECORD_FILES_MAX) this.#close(this.#open[0]!)
  }

  #close(segment: Segment): void {
    segment.file?.close()
    segment.file = undefined
    this.#open = this.#open.filter((other) => other !== segment)
  }

  #checkWritable(): void {
    if (this.#failure === undefined) return
    throw new UnavailableError(
      'storage.refused',
      `storage: the log in ${this.#options.folder} takes no more records since a write failed ` +
        `(${this.#failure.message}); make room and start again`,
      { cause: this.#failure },
    )
  }

  /** Runs something that writes; if it fails, half of it may be in the files: it was the last. */
  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (error instanceof UnavailableError) this.#failure = error
      throw error
    }
  }
}
