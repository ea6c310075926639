/** Encoding and decoding of whole messages. */

import { errors } from './errors.ts'
import { FRAME_SIZE_MAX, VARINT_SIZE_MAX } from './limits.ts'
import { Reader } from './reader.ts'
import { finished, type Infer, type Schema } from './schema.ts'
import { Writer } from './writer.ts'

export type { Infer, Schema }

let spare: Writer | undefined

function withWriter<R>(use: (writer: Writer) => R): R {
  const writer = spare ?? new Writer()
  spare = undefined
  const result = use(writer)
  writer.clear()
  spare = writer
  return result
}

/** The canonical encoding: fields by number, scalars that are zero left out. */
export function encode<T>(schema: Schema<T>, value: T): Uint8Array {
  return withWriter((writer) => {
    schema.write(writer, value)
    return writer.take()
  })
}

/** The encoding with its length before it. */
export function encodeDelimited<T>(schema: Schema<T>, value: T): Uint8Array {
  return withWriter((writer) => {
    schema.write(writer, value)
    writer.uint32(writer.size)
    return writer.take()
  })
}

/** How many bytes {@link encode} gives. */
export function size<T>(schema: Schema<T>, value: T): number {
  return withWriter((writer) => {
    schema.write(writer, value)
    return writer.size
  })
}

/** The value of the bytes, which must be nothing else. Fields that nobody knows are passed over. */
export function decode<T>(schema: Schema<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes, 0, bytes.length)
  return finished(schema, schema.read(reader, schema.start()))
}

/** The value of no bytes at all. */
export function zero<T>(schema: Schema<T>): T {
  return finished(schema, undefined)
}

/** A length before a message, and where the message begins. */
export interface Delimiter {
  readonly length: number
  readonly start: number
}

/** Reads the length before a message; undefined if the bytes end within it. */
export function readDelimiter(
  bytes: Uint8Array,
  { at = 0, sizeMax = FRAME_SIZE_MAX }: { readonly at?: number; readonly sizeMax?: number } = {},
): Delimiter | undefined {
  let length = 0
  for (let i = 0; i < VARINT_SIZE_MAX; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (length > sizeMax) throw errors.frameTooLarge(`more than ${sizeMax} bytes`)
    if (byte < 0x80) return { length, start: at + i + 1 }
  }
  throw errors.overflow()
}

/** The value of bytes with their length before them, which must be nothing else. */
export function decodeDelimited<T>(schema: Schema<T>, bytes: Uint8Array): T {
  const delimiter = readDelimiter(bytes, { sizeMax: bytes.length })
  if (delimiter === undefined) throw errors.truncated('in the length')
  const { length, start } = delimiter
  if (length > bytes.length - start) throw errors.truncated(`${bytes.length - start} of ${length}`)
  if (length < bytes.length - start) throw errors.trailingBytes(`at byte ${start + length}`)
  return decode(schema, bytes.subarray(start))
}
