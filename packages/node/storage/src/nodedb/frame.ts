/**
 * The frame around everything that is appended to the node log:
 *
 *   magic u32 ‖ crc u32 ‖ address f64 ‖ synced f64 ‖ nodes size u32 ‖ note size u32 ‖ kind u8
 *   ‖ 7 × 0 ‖ nodes ‖ note
 *
 * The checksum covers everything behind it, the address included, so that old bytes at a new place
 * are not taken for a frame. `synced` is how far the log was known to be durable when the frame
 * was written: a bad frame below it is damage, one above it a torn write.
 *
 * PERF: the checksum is CRC-32 of node:zlib, native and vectorised; the Castagnoli polynomial
 * would find the same errors but had to be computed in JavaScript.
 */

import { crc32 } from 'node:zlib'
import { FRAME_SIZE_MAX } from '../limits.ts'
import { plainErrors } from './errors.ts'

export const FRAME_HEADER_SIZE = 40

const MAGIC = 0x6d72_6657
/** How every frame begins. */
export const MAGIC_BYTES: Uint8Array = Uint8Array.of(0x57, 0x66, 0x72, 0x6d)

/** Node records of a new root, with what is to be known of it. */
export const FRAME_BATCH = 1
/** A version with its roots. */
export const FRAME_FINALIZE = 2
/** The earliest version goes. */
export const FRAME_PRUNE = 3
/** A restore begins. */
export const FRAME_RESTORE_BEGIN = 4
/** Node records of a restore. */
export const FRAME_RESTORE_PIECE = 5
/** A restore is given up. */
export const FRAME_RESTORE_ABORT = 6

/** Refuses what would not fit into one frame. */
export function checkFrameSize(size: number): void {
  if (size > FRAME_SIZE_MAX) throw plainErrors.frameTooLarge(`${size} bytes`)
}

/** What stands in the header of a frame. */
export interface FrameHeader {
  readonly kind: number
  /** Address of the first byte of the header. */
  readonly address: number
  readonly synced: number
  readonly nodesSize: number
  readonly noteSize: number
}

/** Where the parts of a frame lie. */
export interface FramePlace {
  readonly nodesAddress: number
  readonly nodesSize: number
  readonly noteAddress: number
  readonly noteSize: number
}

/** How many bytes the frame takes, header included. */
export function frameSize(header: FrameHeader): number {
  return FRAME_HEADER_SIZE + header.nodesSize + header.noteSize
}

/** Where the parts lie of the frame with this header. */
export function placeOf(header: FrameHeader): FramePlace {
  const nodesAddress = header.address + FRAME_HEADER_SIZE
  const { nodesSize, noteSize } = header
  return { nodesAddress, nodesSize, noteAddress: nodesAddress + nodesSize, noteSize }
}

/** Do the notes of this kind outlive the moment in which they are applied? */
export function isNoteKept(kind: number): boolean {
  return kind === FRAME_BATCH || kind === FRAME_FINALIZE || kind === FRAME_RESTORE_PIECE
}

function checksum(header: Uint8Array, nodes: Uint8Array, note: Uint8Array): number {
  return crc32(note, crc32(nodes, crc32(header.subarray(8))))
}

/** The header of a frame, checksum included. */
export function encodeFrameHeader(
  header: FrameHeader,
  nodes: Uint8Array,
  note: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setFloat64(8, header.address, true)
  view.setFloat64(16, header.synced, true)
  view.setUint32(24, nodes.length, true)
  view.setUint32(28, note.length, true)
  bytes[32] = header.kind
  view.setUint32(4, checksum(bytes, nodes, note), true)
  return bytes
}

/** What a header says, unless it cannot be the header of a frame at `address`. */
export function parseFrameHeader(bytes: Uint8Array, address: number): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_SIZE) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC || view.getFloat64(8, true) !== address) return undefined
  return {
    kind: bytes[32]!,
    address,
    synced: view.getFloat64(16, true),
    nodesSize: view.getUint32(24, true),
    noteSize: view.getUint32(28, true),
  }
}

/** Is the whole frame as it was written? */
export function isIntact(frame: Uint8Array, header: FrameHeader): boolean {
  if (frame.length !== frameSize(header)) return false
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const noteStart = FRAME_HEADER_SIZE + header.nodesSize
  const head = frame.subarray(0, FRAME_HEADER_SIZE)
  const nodes = frame.subarray(FRAME_HEADER_SIZE, noteStart)
  return view.getUint32(4, true) === checksum(head, nodes, frame.subarray(noteStart))
}
