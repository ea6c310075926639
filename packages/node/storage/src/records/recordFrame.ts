/**
 * The frame around a record of a record log, little-endian:
 *
 *   magic u32 ‖ crc u32 ‖ address f64 ‖ synced f64 ‖ height i64 ‖ size u32 ‖ tag u32 ‖ kind u8
 *   ‖ 7 × 0 ‖ payload
 *
 * The checksum (CRC-32) covers everything behind it, the address included, so that old bytes at a
 * new place are not taken for a frame. `synced` is how far the log was known to be durable when
 * the frame was written: what is broken below it is damage, what is broken above it was torn.
 */

import { crc32 } from 'node:zlib'

/** Bytes before the payload. */
export const FRAME_HEAD_BYTES = 48
/** How every frame begins. */
export const FRAME_MAGIC: Uint8Array = Uint8Array.of(0x57, 0x72, 0x65, 0x63)
const MAGIC = 0x6365_7257
const CHECKED_FROM = 8

/** What is known of a record without its payload. Kind, height and tag mean what the owner says. */
export interface RecordHead {
  readonly kind: number
  readonly height: bigint
  /** 32 bits to find a record by. */
  readonly tag: number
  /** Where its frame begins in the log. */
  readonly address: number
  /** Bytes of its payload. */
  readonly size: number
}

/** What stands before a payload. */
export interface FrameHead {
  readonly head: RecordHead
  readonly synced: number
}

/** The head of a frame around a payload that consists of parts. */
export function encodeFrameHead(
  { head, synced }: FrameHead,
  parts: readonly Uint8Array[],
): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setFloat64(8, head.address, true)
  view.setFloat64(16, synced, true)
  view.setBigInt64(24, head.height, true)
  view.setUint32(32, head.size, true)
  view.setUint32(36, head.tag, true)
  bytes[40] = head.kind
  let sum = crc32(bytes.subarray(CHECKED_FROM))
  for (const part of parts) sum = crc32(part, sum)
  view.setUint32(4, sum, true)
  return bytes
}

/** What a head says, unless it cannot be the head of a frame at `address`. */
export function parseFrameHead(bytes: Uint8Array, address: number): FrameHead | undefined {
  if (bytes.length < FRAME_HEAD_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC || view.getFloat64(8, true) !== address) return undefined
  const head = {
    kind: bytes[40]!,
    height: view.getBigInt64(24, true),
    tag: view.getUint32(36, true),
    address,
    size: view.getUint32(32, true),
  }
  return { head, synced: view.getFloat64(16, true) }
}

/** Is the whole frame as it was written? */
export function isFrameIntact(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  return view.getUint32(4, true) === crc32(frame.subarray(CHECKED_FROM))
}
