/**
 * Snappy's framing format: a stream of chunks, each with a kind, a size and a checksum.
 *
 *   ff 06 00 00 "sNaPpY"          begins a stream
 *   00 size u24 crc u32 block     compressed
 *   01 size u24 crc u32 bytes     not compressed
 *   80 … fe size u24 …            skipped
 */

import { equalBytes, joinBytes } from '@wadi/base/bytes'
import { errors } from '../errors.ts'
import { SNAPPY_BLOCK_BYTES_MAX } from '../limits.ts'
import { compressBlock, decompressBlock } from './block.ts'
import { maskedCrc32c } from './crc32c.ts'

const KIND_COMPRESSED = 0x00
const KIND_PLAIN = 0x01
const KIND_SKIPPED_MIN = 0x80
const KIND_STREAM = 0xff
const HEAD_BYTES = 4
const CRC_BYTES = 4
const MAGIC = Uint8Array.of(0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)

interface Chunk {
  readonly kind: number
  readonly body: Uint8Array
  readonly end: number
}

function readChunk(stream: Uint8Array, start: number): Chunk {
  if (start + HEAD_BYTES > stream.length) throw errors.badSnappy('a chunk ends early')
  const size = stream[start + 1]! | (stream[start + 2]! << 8) | (stream[start + 3]! << 16)
  const end = start + HEAD_BYTES + size
  if (end > stream.length) throw errors.badSnappy('a chunk ends early')
  return { kind: stream[start]!, body: stream.subarray(start + HEAD_BYTES, end), end }
}

function decodeBody({ kind, body }: Chunk): Uint8Array {
  if (body.length < CRC_BYTES) throw errors.badSnappy('a chunk without checksum')
  const content = body.subarray(CRC_BYTES)
  const isPlain = kind === KIND_PLAIN
  if (isPlain && content.length > SNAPPY_BLOCK_BYTES_MAX)
    throw errors.badSnappy('a chunk is too large')
  const bytes = isPlain ? content : decompressBlock(content, SNAPPY_BLOCK_BYTES_MAX)
  const stored = new DataView(body.buffer, body.byteOffset, CRC_BYTES).getUint32(0, true)
  if (stored !== maskedCrc32c(bytes)) throw errors.badSnappy('a checksum is wrong')
  return bytes
}

/** What a stream says; at most `sizeMax` bytes. */
export function decodeSnappy(stream: Uint8Array, sizeMax: number): Uint8Array {
  const pieces: Uint8Array[] = []
  let size = 0
  for (let at = 0; at < stream.length; ) {
    const chunk = readChunk(stream, at)
    if (chunk.kind === KIND_STREAM) {
      if (!equalBytes(chunk.body, MAGIC)) throw errors.badSnappy('not a stream of snappy')
    } else if (at === 0) {
      throw errors.badSnappy('not a stream of snappy')
    } else if (chunk.kind === KIND_COMPRESSED || chunk.kind === KIND_PLAIN) {
      const piece = decodeBody(chunk)
      size += piece.length
      if (size > sizeMax) throw errors.badSnappy('the stream is too large')
      pieces.push(piece)
    } else if (chunk.kind < KIND_SKIPPED_MIN) {
      throw errors.badSnappy('no such kind of chunk')
    }
    at = chunk.end
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function chunkOf(kind: number, crc: number, content: Uint8Array): Uint8Array {
  const size = CRC_BYTES + content.length
  const chunk = new Uint8Array(HEAD_BYTES + size)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, kind | (size << 8), true)
  view.setUint32(HEAD_BYTES, crc, true)
  chunk.set(content, HEAD_BYTES + CRC_BYTES)
  return chunk
}

/** The stream of a byte string, in chunks of 64 KiB; what hardly shrinks is left as it is. */
export function encodeSnappy(bytes: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [Uint8Array.of(KIND_STREAM, MAGIC.length, 0, 0, ...MAGIC)]
  for (let at = 0; at < bytes.length; at += SNAPPY_BLOCK_BYTES_MAX) {
    const piece = bytes.subarray(at, at + SNAPPY_BLOCK_BYTES_MAX)
    const block = compressBlock(piece)
    const isWorth = block.length < piece.length - (piece.length >>> 3)
    const crc = maskedCrc32c(piece)
    chunks.push(isWorth ? chunkOf(KIND_COMPRESSED, crc, block) : chunkOf(KIND_PLAIN, crc, piece))
  }
  return joinBytes(chunks)
}
