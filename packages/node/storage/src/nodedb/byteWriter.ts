/** Little-endian writing and reading of the notes in the node log. Never leaves the machine. */

import { errors as mkvsErrors } from '@wadi/mkvs/errors'

/** Writes into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView<ArrayBuffer>
  #size = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Makes room. The buffer and its view may be others afterwards. */
  #reserve(size: number): number {
    const at = this.#size
    if (at + size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(at + size, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#size = at + size
    return at
  }

  u8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
  }

  u32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
  }

  /** An address, a size or a count: up to 2^48 − 1. */
  u48(value: number): void {
    const at = this.#reserve(6)
    this.#view.setUint32(at, value % 0x1_0000_0000, true)
    this.#view.setUint16(at + 4, Math.floor(value / 0x1_0000_0000), true)
  }

  u64(value: bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, value, true)
  }

  /** Bytes whose length the reader knows. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Bytes behind their length. */
  sized(bytes: Uint8Array): void {
    this.u32(bytes.length)
    this.raw(bytes)
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }
}

/** Reads what a `ByteWriter` wrote; reading past the end is refused. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  #take(size: number): number {
    const at = this.#at
    if (size > this.#bytes.length - at) throw mkvsErrors.badRecord('note ends too early')
    this.#at = at + size
    return at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  u48(): number {
    const at = this.#take(6)
    return this.#view.getUint32(at, true) + this.#view.getUint16(at + 4, true) * 0x1_0000_0000
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  /** A copy, so that nothing keeps the whole note alive. */
  raw(size: number): Uint8Array {
    const at = this.#take(size)
    return this.#bytes.slice(at, at + size)
  }

  sized(): Uint8Array {
    return this.raw(this.u32())
  }

  skip(size: number): void {
    this.#take(size)
  }

  /** How many items of at least `size` bytes can follow: a bound for counts that lie. */
  checkCount(count: number, size: number): number {
    if (count * size > this.#bytes.length - this.#at) throw mkvsErrors.badRecord('count lies')
    return count
  }
}
