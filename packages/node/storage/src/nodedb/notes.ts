/** The notes behind the nodes of a frame: what is to be known of a root, and of a version. */

import type { Root, RootType, WriteLog, WriteLogEntry } from '@wadi/mkvs/roots'
import { ByteReader, ByteWriter } from './byteWriter.ts'
import type { FramePlace } from './frame.ts'

/** One derivation of a root, as it is remembered: without its changes, which stay in its note. */
export interface Batch {
  readonly version: bigint
  readonly type: RootType
  readonly hash: Uint8Array
  readonly previousVersion: bigint
  readonly previousHash: Uint8Array
  /** Address of the root node; 0 for an empty tree. */
  readonly rootAddress: number
  readonly place: FramePlace
}

/** What is stored behind the nodes of a batch. */
export interface BatchNote {
  readonly root: Root
  readonly previous: Root
  readonly rootAddress: number
  readonly removed: readonly number[]
  readonly writeLog: WriteLog | undefined
}

/** Bytes of records somewhere in the log. */
export interface Extent {
  readonly address: number
  readonly size: number
}

/** A finalized version. */
export interface VersionNote {
  readonly version: bigint
  /** Below this address no node was made for this version or a later one. */
  readonly firstAddress: number
  readonly batches: readonly Batch[]
  /** Records that came with a restore. */
  readonly pieces: readonly Extent[]
}

const HASH_SIZE = 32
const NO_WRITE_LOG = 0xffff_ffff
const DELETED = 0xffff_ffff

function writeHead(writer: ByteWriter, batch: Omit<Batch, 'place'>): void {
  writer.u64(batch.version)
  writer.u8(batch.type)
  writer.raw(batch.hash)
  writer.u64(batch.previousVersion)
  writer.raw(batch.previousHash)
  writer.u48(batch.rootAddress)
}

function readHead(reader: ByteReader): Omit<Batch, 'place'> {
  return {
    version: reader.u64(),
    type: reader.u8() as RootType,
    hash: reader.raw(HASH_SIZE),
    previousVersion: reader.u64(),
    previousHash: reader.raw(HASH_SIZE),
    rootAddress: reader.u48(),
  }
}

export function encodeBatchNote(note: BatchNote): Uint8Array {
  const { root, previous, removed, writeLog } = note
  const writer = new ByteWriter(4096 + removed.length * 6 + (writeLog?.length ?? 0) * 128)
  writeHead(writer, {
    version: root.version,
    type: root.type,
    hash: root.hash,
    previousVersion: previous.version,
    previousHash: previous.hash,
    rootAddress: note.rootAddress,
  })
  writer.u32(removed.length)
  for (const address of removed) writer.u48(address)
  writer.u32(writeLog === undefined ? NO_WRITE_LOG : writeLog.length)
  for (const [key, value] of writeLog ?? []) {
    writer.sized(key)
    if (value === undefined) writer.u32(DELETED)
    else writer.sized(value)
  }
  return writer.finish()
}

/** What is remembered of a batch. */
export function decodeBatch(note: Uint8Array, place: FramePlace): Batch {
  return { ...readHead(new ByteReader(note)), place }
}

/** Addresses of the stored nodes that the tree before used and this one does not. */
export function decodeRemoved(note: Uint8Array): number[] {
  const reader = new ByteReader(note)
  readHead(reader)
  const count = reader.checkCount(reader.u32(), 6)
  return Array.from({ length: count }, () => reader.u48())
}

/** What changed from the previous root to this one, if that was kept. */
export function decodeWriteLog(note: Uint8Array): WriteLog | undefined {
  const reader = new ByteReader(note)
  readHead(reader)
  reader.skip(reader.u32() * 6)
  const count = reader.u32()
  if (count === NO_WRITE_LOG) return undefined
  return Array.from({ length: reader.checkCount(count, 8) }, (): WriteLogEntry => {
    const key = reader.sized()
    const size = reader.u32()
    return [key, size === DELETED ? undefined : reader.raw(size)]
  })
}

/** The note begins with its own size, so that its address alone is enough to read it. */
export function encodeVersionNote(note: VersionNote): Uint8Array {
  const writer = new ByteWriter()
  writer.u32(0)
  writer.u64(note.version)
  writer.u48(note.firstAddress)
  writer.u32(note.batches.length)
  for (const batch of note.batches) {
    writeHead(writer, batch)
    writer.u48(batch.place.nodesAddress)
    writer.u32(batch.place.nodesSize)
    writer.u48(batch.place.noteAddress)
    writer.u32(batch.place.noteSize)
  }
  writer.u32(note.pieces.length)
  for (const { address, size } of note.pieces) {
    writer.u48(address)
    writer.u32(size)
  }
  const bytes = writer.finish()
  new DataView(bytes.buffer).setUint32(0, bytes.length, true)
  return bytes
}

export function decodeVersionNote(bytes: Uint8Array): VersionNote {
  const reader = new ByteReader(bytes)
  reader.skip(4)
  const version = reader.u64()
  const firstAddress = reader.u48()
  const batches = Array.from({ length: reader.checkCount(reader.u32(), 100) }, (): Batch => {
    const head = readHead(reader)
    const place: FramePlace = {
      nodesAddress: reader.u48(),
      nodesSize: reader.u32(),
      noteAddress: reader.u48(),
      noteSize: reader.u32(),
    }
    return { ...head, place }
  })
  const pieces = Array.from({ length: reader.checkCount(reader.u32(), 10) }, (): Extent => {
    return { address: reader.u48(), size: reader.u32() }
  })
  return { version, firstAddress, batches, pieces }
}
