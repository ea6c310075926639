import { assert } from '@wadi/base/errors'
import { bytesOfText } from './escapedText.ts'
import { SPARE_BUFFER_SIZE_MAX } from './limits.ts'

const INITIAL_SIZE = 1_024
const WORD = 0x1_0000_0000
const INT64_MIN = -(1n << 63n)
const UINT64_MAX = (1n << 64n) - 1n

/** Smaller ones the engine allocates cheaply, larger ones would leave much of a slab unused. */
const SHARED_SIZE_MIN = 65
const SHARED_SIZE_MAX = 512
const SLAB_SIZE = 8_192

let slab: ArrayBuffer = new ArrayBuffer(0)
let slabUsed = 0

/**
 * Zeros at an even place of a slab that others share. PERF: 0.5 of what bytes with a buffer of
 * their own take, for messages of the size of a vote, and fewer buffers for the collector.
 */
function sharedBytes(size: number): Uint8Array {
  if (slabUsed + size > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_SIZE)
    slabUsed = 0
  }
  const bytes = new Uint8Array(slab, slabUsed, size)
  slabUsed += (size + 7) & ~7
  return bytes
}

/**
 * Bytes on their way out, from the last to the first: so the length of a part is known when it
 * has to be written, and one pass is enough.
 */
export class Writer {
  #buffer = new Uint8Array(INITIAL_SIZE)
  /** Where the first byte is that was written. */
  #at = INITIAL_SIZE

  /** How many bytes were written. */
  get size(): number {
    return this.#buffer.length - this.#at
  }

  #reserve(size: number): void {
    if (size <= this.#at) return
    const used = this.size
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, 2 * (used + size)))
    larger.set(this.#buffer.subarray(this.#at), larger.length - used)
    this.#at = larger.length - used
    this.#buffer = larger
  }

  /** An integer below 2^32. */
  uint32(value: number): void {
    if (value >= 0x80) {
      this.varint(value, 0)
      return
    }
    this.#reserve(1)
    this.#buffer[--this.#at] = value
  }

  /** A varint of an unsigned lower and upper half. */
  varint(low: number, high: number): void {
    const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high)
    const size = bits === 0 ? 1 : Math.ceil(bits / 7)
    this.#reserve(size)
    this.#at -= size
    const buffer = this.#buffer
    const last = this.#at + size - 1
    let [lower, upper] = [low, high]
    for (let i = this.#at; i < last; i++) {
      buffer[i] = (lower & 0x7f) | 0x80
      lower = ((lower >>> 7) | (upper << 25)) >>> 0
      upper >>>= 7
    }
    buffer[last] = lower
  }

  /** A varint of a 64-bit integer, negative ones in two's complement. */
  int64(value: bigint): void {
    const number = Number(value)
    if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) {
      this.varint(number >>> 0, Math.floor(number / WORD))
      return
    }
    assert(value >= INT64_MIN && value <= UINT64_MAX, 'protobuf: an integer has 64 bits')
    this.varint(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)))
  }

  /** Eight bytes, least significant first. */
  fixed64(value: bigint): void {
    assert(value >= INT64_MIN && value <= UINT64_MAX, 'protobuf: an integer has 64 bits')
    this.#reserve(8)
    this.#at -= 8
    let left = BigInt.asUintN(64, value)
    for (let i = 0; i < 8; i++) {
      this.#buffer[this.#at + i] = Number(left & 0xffn)
      left >>= 8n
    }
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#at -= value.length
    this.#buffer.set(value, this.#at)
  }

  text(value: string): void {
    const size = value.length
    this.#reserve(size)
    const start = this.#at - size
    for (let i = 0; i < size; i++) {
      const unit = value.charCodeAt(i)
      if (unit >= 0x80) {
        this.bytes(bytesOfText(value))
        return
      }
      this.#buffer[start + i] = unit
    }
    this.#at = start
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    const { size } = this
    if (size < SHARED_SIZE_MIN || size > SHARED_SIZE_MAX) return this.#buffer.slice(this.#at)
    const copy = sharedBytes(size)
    copy.set(this.#buffer.subarray(this.#at))
    return copy
  }

  /** Forgets what was written, and keeps the room unless there is much of it. */
  clear(): void {
    if (this.#buffer.length > SPARE_BUFFER_SIZE_MAX) this.#buffer = new Uint8Array(INITIAL_SIZE)
    this.#at = this.#buffer.length
  }
}
