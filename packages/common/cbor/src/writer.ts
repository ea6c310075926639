import { toUtf8 } from '@wadi/base/bytes'
import { SPARE_BUFFER_SIZE_MAX } from './limits.ts'
import type { Schema } from './schema.ts'
import { copyOf } from './slab.ts'

const FIRST_SIZE = 1024
/** The initial byte of an item, and a size of 64 bits. */
const HEAD_BYTES_MAX = 9

/** Which of the two reference encoders is imitated. */
export type Dialect = 'go' | 'rust'

/** A growing buffer that is written front to back. */
export class Writer {
  bytes: Uint8Array = new Uint8Array(FIRST_SIZE)
  at = 0
  dialect: Dialect = 'go'

  /** Makes room for `size` more bytes. */
  need(size: number): void {
    if (this.at + size > this.bytes.length) this.grow(size)
  }

  private grow(size: number): void {
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + size))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }

  byte(value: number): void {
    if (this.at === this.bytes.length) this.grow(1)
    this.bytes[this.at++] = value
  }

  /** Writes the initial bytes of an item; `argument` is a safe integer. */
  head(major: number, argument: number): void {
    this.need(HEAD_BYTES_MAX)
    const bytes = this.bytes
    if (argument < 24) {
      bytes[this.at++] = major | argument
    } else if (argument < 0x100) {
      bytes[this.at++] = major | 24
      bytes[this.at++] = argument
    } else if (argument < 0x10000) {
      bytes[this.at++] = major | 25
      bytes[this.at++] = argument >> 8
      bytes[this.at++] = argument
    } else if (argument < 0x1_0000_0000) {
      bytes[this.at++] = major | 26
      this.word(argument)
    } else {
      bytes[this.at++] = major | 27
      this.word(Math.floor(argument / 0x1_0000_0000))
      this.word(argument % 0x1_0000_0000)
    }
  }

  private word(value: number): void {
    const bytes = this.bytes
    bytes[this.at++] = value >>> 24
    bytes[this.at++] = value >>> 16
    bytes[this.at++] = value >>> 8
    bytes[this.at++] = value
  }

  /** Writes the initial bytes of an item whose argument has up to 64 bits. */
  wideHead(major: number, argument: bigint): void {
    if (argument <= 0x1f_ffff_ffff_ffffn) {
      this.head(major, Number(argument))
      return
    }
    this.need(HEAD_BYTES_MAX)
    this.bytes[this.at++] = major | 27
    this.word(Number(argument >> 32n))
    this.word(Number(argument & 0xffff_ffffn))
  }

  /** Copies bytes as they are. */
  raw(bytes: Uint8Array): void {
    const size = bytes.length
    this.need(size)
    const target = this.bytes
    const at = this.at
    if (size < 40) for (let i = 0; i < size; i++) target[at + i] = bytes[i]!
    else target.set(bytes, at)
    this.at = at + size
  }

  /** Nearly all texts are ASCII: their size is known before they are written. */
  text(text: string): void {
    const size = text.length
    this.need(size + HEAD_BYTES_MAX)
    const start = this.at
    this.head(0x60, size)
    const bytes = this.bytes
    let at = this.at
    for (let i = 0; i < size; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) {
        this.at = start
        this.wideText(text)
        return
      }
      bytes[at++] = code
    }
    this.at = at
  }

  private wideText(text: string): void {
    const bytes = toUtf8(text)
    this.head(0x60, bytes.length)
    this.raw(bytes)
  }
}

let spare: Writer | undefined

/** Takes the spare buffer; who encodes something else meanwhile gets another one. */
function takeWriter(dialect: Dialect): Writer {
  const writer = spare ?? new Writer()
  spare = undefined
  writer.at = 0
  writer.dialect = dialect
  return writer
}

/** Runs a schema's `write` on a buffer and returns a copy of what it wrote. */
export function written<T>(dialect: Dialect, schema: Schema<T>, value: T): Uint8Array {
  const writer = takeWriter(dialect)
  schema.write(writer, value)
  const bytes = copyOf(writer.bytes, 0, writer.at)
  if (isWorthKeeping(writer.bytes.length)) spare = writer
  return bytes
}

/** Is a buffer of this size kept for the next call? */
export function isWorthKeeping(size: number): boolean {
  return size <= SPARE_BUFFER_SIZE_MAX
}
