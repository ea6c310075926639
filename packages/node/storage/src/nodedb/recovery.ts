/** Opening a log: the index, then every frame behind it, up to the first that is not whole. */

import type { FileSystem } from '../files/fileSystem.ts'
import { FRAME_SIZE_MAX } from '../limits.ts'
import { Catalog } from './catalog.ts'
import { damagedError } from './errors.ts'
import {
  FRAME_HEADER_SIZE,
  type FrameHeader,
  frameSize,
  isIntact,
  MAGIC_BYTES,
  parseFrameHeader,
  placeOf,
} from './frame.ts'
import { FrameWindow } from './frameWindow.ts'
import { type Index, loadIndex } from './indexFile.ts'
import { FIRST_ADDRESS, type LogSizes, NodeLog } from './nodeLog.ts'
import { decodeBatch } from './notes.ts'
import {
  deadListPath,
  PLAIN_HEADER_SIZE,
  parsePlainName,
  plainName,
  type Segment,
  type SegmentEntry,
} from './segment.ts'

/** A log and what it says. */
export interface Recovered {
  readonly log: NodeLog
  readonly catalog: Catalog
  readonly generation: number
  /** Up to where the index reached. */
  readonly indexedEnd: number
}

/** Brings back what the files in the folder hold. */
export function recover(files: FileSystem, folder: string, sizes: LogSizes): Recovered {
  const log = new NodeLog(files, folder, sizes)
  try {
    const index = loadIndex(files, folder)
    const indexedEnd = index?.end ?? FIRST_ADDRESS
    const tail = sortFiles(files, folder, index)
    const segments = (index?.segments ?? []).map((entry) => openListed(log, entry))
    log.setSegments(segments)
    log.markRecovered(indexedEnd)
    const catalog = new Catalog(log)
    if (index !== undefined) restoreCatalog(log, catalog, index)
    replay(log, catalog, tail)
    return { log, catalog, generation: index?.generation ?? 0, indexedEnd }
  } catch (error) {
    log.close()
    throw error
  }
}

/** Deletes what a crash left over; returns where the plain segments behind the index begin. */
function sortFiles(files: FileSystem, folder: string, index: Index | undefined): number[] {
  const names = files.list(folder)
  const listed = new Set(index?.segments.map(({ name }) => name))
  const tail: number[] = []
  for (const name of listed)
    if (!names.includes(name)) throw damagedError(`${folder}/${name}`, 'it is missing')
  for (const name of names) {
    const start = parsePlainName(name)
    const isSegment = start !== undefined || name.endsWith('.sparse')
    const isDead = name.endsWith('.dead') && !listed.has(name.slice(0, -'.dead'.length))
    if (start !== undefined && !listed.has(name) && start >= (index?.end ?? FIRST_ADDRESS))
      tail.push(start)
    else if (isDead || name.endsWith('.tmp') || (isSegment && !listed.has(name)))
      files.remove(`${folder}/${name}`)
  }
  return tail.sort((a, b) => a - b)
}

function openListed(log: NodeLog, entry: SegmentEntry): Segment {
  const segment = log.openSegment(entry)
  const isWhole =
    segment.table !== undefined ||
    segment.source.file.size() >= entry.end - entry.start + PLAIN_HEADER_SIZE
  if (!isWhole) throw damagedError(segment.path, 'it is shorter than it was')
  if (entry.deadCount > 0 && !log.files.exists(deadListPath(segment.path)))
    throw damagedError(segment.path, 'its list of the dead is missing')
  return segment
}

function restoreCatalog(log: NodeLog, catalog: Catalog, index: Index): void {
  for (const [version, noteAddress] of index.versions) catalog.versions.push(version, noteAddress)
  catalog.pending = index.pending.map((place) => {
    const note = log.readExtent({ address: place.noteAddress, size: place.noteSize })
    return decodeBatch(note, place)
  })
  catalog.restore = index.restore
}

/** Applies the frames behind the index and cuts the log where they end. */
function replay(log: NodeLog, catalog: Catalog, tail: number[]): void {
  for (;;) {
    const last = log.segments.at(-1)
    if (last !== undefined && last.table === undefined) replaySegment(log, catalog, last)
    const next = tail.shift()
    if (next === undefined) return
    const entry = { name: plainName(next), start: next, end: next, liveSize: 0, deadCount: 0 }
    const segment = log.openSegment(entry)
    if (next === log.end) log.setSegments([...log.segments, segment])
    else {
      checkBehindCut(log, segment)
      segment.source.file.close()
      log.files.remove(segment.path)
    }
  }
}

function replaySegment(log: NodeLog, catalog: Catalog, segment: Segment): void {
  const { file } = segment.source
  const positionOf = (address: number): number => address - segment.start + PLAIN_HEADER_SIZE
  const window = new FrameWindow(segment)
  for (;;) {
    const address = segment.end
    const frame = window.frameAt(address)
    if (frame === undefined) {
      checkTorn(segment, address)
      if (file.size() > positionOf(address)) file.truncate(positionOf(address))
      // Pages that were looked at may have what was cut off.
      log.cache.clear()
      // What a killed process left in the system's memory counts from here on, so it has to stay.
      file.sync()
      log.markRecovered(address)
      return
    }
    const { header, bytes } = frame
    const place = placeOf(header)
    const noteStart = place.noteAddress - address
    const change = catalog.prepare(header.kind, bytes.subarray(noteStart))
    log.admit(header)
    change(place)
  }
}

function readHeader(segment: Segment, address: number): FrameHeader | undefined {
  const bytes = new Uint8Array(FRAME_HEADER_SIZE)
  const size = segment.source.file.read(bytes, address - segment.start + PLAIN_HEADER_SIZE)
  return parseFrameHeader(bytes.subarray(0, size), address)
}

/** The frame with this header, if it is whole. */
export function readFrame(segment: Segment, header: FrameHeader): Uint8Array | undefined {
  const size = frameSize(header)
  const position = header.address - segment.start + PLAIN_HEADER_SIZE
  if (size > FRAME_SIZE_MAX + FRAME_HEADER_SIZE) return undefined
  if (position + size > segment.source.file.size()) return undefined
  const frame = new Uint8Array(size)
  segment.source.file.read(frame, position)
  return isIntact(frame, header) ? frame : undefined
}

/** A bad frame is a torn write, unless a later one knows that it was durable. */
function checkTorn(segment: Segment, address: number): void {
  const { file } = segment.source
  const position = address - segment.start + PLAIN_HEADER_SIZE
  const rest = Buffer.alloc(Math.max(0, file.size() - position))
  file.read(rest, position)
  for (let at = rest.indexOf(MAGIC_BYTES, 1); at >= 0; at = rest.indexOf(MAGIC_BYTES, at + 1)) {
    const header = parseFrameHeader(rest.subarray(at), address + at)
    if (header === undefined || header.synced <= address) continue
    if (isIntact(rest.subarray(at, at + frameSize(header)), header))
      throw damagedError(segment.path, `the frame at ${address}, which was durable`)
  }
}

/** A file is begun when all before it is durable: a frame in it proves that some is missing. */
function checkBehindCut(log: NodeLog, segment: Segment): void {
  const header = readHeader(segment, segment.start)
  if (header !== undefined && readFrame(segment, header) !== undefined)
    throw damagedError(log.folder, `the log between ${log.end} and ${segment.start}`)
}
