import { EMPTY_BYTES } from '@wadi/base/bytes'
import { errors } from './errors.ts'
import { WIRE } from './schema.ts'

/** Up to here a loop is faster than a call. */
const BYTEWISE_SIZE_MAX = 64

/** Bytes on their way in: a place in them, and where the message that is read ends. */
export class Reader {
  readonly bytes: Uint8Array
  at: number
  end: number
  /** The lower and the upper half of the last varint, unsigned. */
  low = 0
  high = 0
  /** The wire type of the last tag. */
  wire = 0

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  /**
   * Reads a varint into `low` and `high`.
   * COMPAT(gogoproto): what the tenth byte has beyond 64 bits is dropped.
   */
  varint(): void {
    const { bytes, end } = this
    const start = this.at
    if (start >= end) throw errors.truncated(`at byte ${start}`)
    let byte = bytes[start]!
    if (byte < 0x80) {
      this.at = start + 1
      this.low = byte
      this.high = 0
      return
    }
    let low = byte & 0x7f
    let high = 0
    let at = start + 1
    for (let shift = 7; ; shift += 7) {
      if (shift >= 64) throw errors.overflow(`at byte ${start}`)
      if (at >= end) throw errors.truncated(`at byte ${at}`)
      byte = bytes[at++]!
      const bits = byte & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift === 28) high |= bits >>> 4
      else if (shift > 28) high |= bits << (shift - 32)
      if (byte < 0x80) break
    }
    this.at = at
    this.low = low >>> 0
    this.high = high >>> 0
  }

  /** A varint as an unsigned 64-bit integer. */
  uint64(): bigint {
    this.varint()
    if (this.high === 0) return BigInt(this.low)
    return (BigInt(this.high) << 32n) | BigInt(this.low)
  }

  /** A varint as a signed 64-bit integer. */
  int64(): bigint {
    this.varint()
    if (this.high === 0) return BigInt(this.low)
    return (BigInt(this.high | 0) << 32n) | BigInt(this.low)
  }

  /** Eight bytes, least significant first, as a signed integer. */
  fixed64(): bigint {
    const at = this.at
    if (this.end - at < 8) throw errors.truncated(`at byte ${at}`)
    this.at = at + 8
    return (BigInt(this.#word(at + 4)) << 32n) | BigInt(this.#word(at) >>> 0)
  }

  #word(at: number): number {
    const { bytes } = this
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  }

  /**
   * Reads a tag: sets `wire`, gives the number of the field.
   * COMPAT(gogoproto): of the number only the lower 32 bits count.
   */
  tag(): number {
    const start = this.at
    this.varint()
    this.wire = this.low & 7
    const number = (this.low >>> 3) | (this.high << 29)
    if (this.wire === WIRE.endGroup) throw errors.endOfGroup(`at byte ${start}`)
    if (number <= 0) throw errors.badTag(`at byte ${start}`)
    return number
  }

  /** Reads a length, and makes its end ours; gives the end that was. */
  enter(): number {
    this.varint()
    const outer = this.end
    const length = this.low
    if (this.high !== 0 || length > outer - this.at) throw errors.truncated(`at byte ${this.at}`)
    this.end = this.at + length
    return outer
  }

  /** An own copy of what is left. */
  rest(): Uint8Array {
    const { bytes, at, end } = this
    this.at = end
    const size = end - at
    if (size === 0) return EMPTY_BYTES
    const copy = new Uint8Array(size)
    // `slice` of a Node buffer would share its memory.
    if (size > BYTEWISE_SIZE_MAX) copy.set(bytes.subarray(at, end))
    else for (let i = 0; i < size; i++) copy[i] = bytes[at + i]!
    return copy
  }

  /** What is left, as a window into the bytes. */
  window(): Uint8Array {
    const { bytes, at, end } = this
    this.at = end
    if (at === end) return EMPTY_BYTES
    // Never a Node buffer: who copies with `slice` would share its memory.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at)
  }

  /** Passes over the value of a field that nobody knows: of a group, up to its end. */
  skip(): void {
    let depth = 0
    for (;;) {
      this.#skipOne()
      if (this.wire === WIRE.startGroup) depth++
      else if (this.wire === WIRE.endGroup) depth--
      if (depth === 0) return
      // In a group the numbers of fields, and of its end, are not looked at.
      this.varint()
      this.wire = this.low & 7
    }
  }

  #skipOne(): void {
    switch (this.wire) {
      case WIRE.varint:
        this.varint()
        return
      case WIRE.fixed64:
        this.#advance(8)
        return
      case WIRE.fixed32:
        this.#advance(4)
        return
      case WIRE.bytes: {
        const outer = this.enter()
        this.at = this.end
        this.end = outer
        return
      }
      case WIRE.startGroup:
      case WIRE.endGroup:
        return
      default:
        throw errors.badTag(`wire type ${this.wire}`)
    }
  }

  #advance(size: number): void {
    if (this.end - this.at < size) throw errors.truncated(`at byte ${this.at}`)
    this.at += size
  }
}
