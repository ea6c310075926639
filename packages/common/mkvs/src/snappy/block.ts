/**
 * Snappy's block format: the size of what comes out, then literals and copies of what came before.
 *
 *   xxxxxx00             literal of x + 1 bytes; 60 to 63: the size − 1 follows in 1 to 4 bytes
 *   oooxxx01 oooooooo    copy of x + 4 bytes from o bytes back
 *   xxxxxx10 o16         copy of x + 1 bytes
 *   xxxxxx11 o32         copy of x + 1 bytes
 */

import { errors } from '../errors.ts'

const LITERAL_INLINE_MAX = 60
/** A varint of 32 bits. */
const SIZE_BYTES_MAX = 5

interface Size {
  readonly size: number
  readonly end: number
}

function readSize(block: Uint8Array): Size {
  let size = 0
  for (let i = 0; i < SIZE_BYTES_MAX; i++) {
    const byte = block[i]
    if (byte === undefined) break
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) {
      if (size > 0xffff_ffff) break
      return { size, end: i + 1 }
    }
  }
  throw errors.badSnappy('size of a block')
}

function readLittleEndian(block: Uint8Array, at: number, count: number): number {
  if (at + count > block.length) throw errors.badSnappy('a block ends early')
  let value = 0
  for (let i = 0; i < count; i++) value += block[at + i]! * 2 ** (8 * i)
  return value
}

/** Undoes {@link compressBlock}. Nothing is allocated beyond `sizeMax` bytes. */
export function decompressBlock(block: Uint8Array, sizeMax: number): Uint8Array {
  const { size, end } = readSize(block)
  if (size > sizeMax) throw errors.badSnappy('a block is too large')
  const output = new Uint8Array(size)
  let at = end
  let done = 0
  while (at < block.length) {
    const tag = block[at++]!
    const kind = tag & 3
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - LITERAL_INLINE_MAX + 1)
      const count = 1 + (extra === 0 ? tag >> 2 : readLittleEndian(block, at, extra))
      at += extra
      if (at + count > block.length) throw errors.badSnappy('a literal runs over the end')
      if (done + count > size) throw errors.badSnappy('a block is larger than it says')
      output.set(block.subarray(at, at + count), done)
      at += count
      done += count
      continue
    }
    const offsetBytes = kind === 3 ? 4 : kind
    const low = readLittleEndian(block, at, offsetBytes)
    at += offsetBytes
    const offset = kind === 1 ? ((tag & 0xe0) << 3) | low : low
    const count = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
    if (offset === 0 || offset > done) throw errors.badSnappy('a copy from before the beginning')
    if (done + count > size) throw errors.badSnappy('a block is larger than it says')
    // Source and target may overlap: that repeats what lies between them.
    for (const last = done + count; done < last; done++) output[done] = output[done - offset]!
  }
  if (done !== size) throw errors.badSnappy('a block is smaller than it says')
  return output
}

const HASH_BITS = 13
const HASH_FACTOR = 0x1e35a7bd
const MATCH_MIN = 4
const COPY_MAX = 64
/** Copies of one byte's offset reach so far. */
const NEAR = 2048

/** Collects the output; never longer than the input by more than a sixth. */
class Output {
  readonly bytes: Uint8Array
  size = 0

  constructor(inputSize: number) {
    this.bytes = new Uint8Array(32 + inputSize + Math.ceil(inputSize / 6))
  }

  byte(value: number): void {
    this.bytes[this.size++] = value
  }

  literal(source: Uint8Array): void {
    const last = source.length - 1
    if (last < 0) return
    if (last < LITERAL_INLINE_MAX) {
      this.byte(last << 2)
    } else if (last < 256) {
      this.byte(LITERAL_INLINE_MAX << 2)
      this.byte(last)
    } else {
      this.byte((LITERAL_INLINE_MAX + 1) << 2)
      this.byte(last & 255)
      this.byte(last >> 8)
    }
    this.bytes.set(source, this.size)
    this.size += source.length
  }

  copy(offset: number, size: number): void {
    let left = size
    while (left > 0) {
      // No piece is left that would be too short for the near form.
      const piece =
        left > COPY_MAX && left < COPY_MAX + MATCH_MIN
          ? COPY_MAX - MATCH_MIN
          : Math.min(left, COPY_MAX)
      left -= piece
      if (piece < 12 && offset < NEAR) {
        this.byte(((offset >> 8) << 5) | ((piece - MATCH_MIN) << 2) | 1)
        this.byte(offset & 255)
      } else {
        this.byte(((piece - 1) << 2) | 2)
        this.byte(offset & 255)
        this.byte(offset >> 8)
      }
    }
  }
}

/** Compresses one chunk: greedy, one candidate per hash of four bytes. */
export function compressBlock(input: Uint8Array): Uint8Array {
  const output = new Output(input.length)
  let rest = input.length
  for (; rest >= 0x80; rest >>>= 7) output.byte((rest & 0x7f) | 0x80)
  output.byte(rest)
  const seen = new Int32Array(1 << HASH_BITS).fill(-1)
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  let literalStart = 0
  let at = 0
  while (at + MATCH_MIN <= input.length) {
    const word = view.getUint32(at, true)
    const slot = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS)
    const candidate = seen[slot]!
    seen[slot] = at
    if (candidate < 0 || view.getUint32(candidate, true) !== word) {
      // The longer nothing repeats, the larger the steps.
      at += 1 + ((at - literalStart) >> 5)
      continue
    }
    let end = at + MATCH_MIN
    while (end < input.length && input[end] === input[end - at + candidate]) end++
    output.literal(input.subarray(literalStart, at))
    output.copy(at - candidate, end - at)
    at = end
    literalStart = end
  }
  output.literal(input.subarray(literalStart))
  return output.bytes.slice(0, output.size)
}
