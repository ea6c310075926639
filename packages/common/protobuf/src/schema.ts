import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** How the end of a value is found. */
export const WIRE = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const

/**
 * One wire type, declared once: its TypeScript type and both directions of the codec.
 *
 * Reading has two steps, because a message may come in pieces that are merged: `read` makes
 * something raw of the bytes, and of what was there before; `finish` makes the value of it.
 */
export interface Schema<T> {
  /** What is length-delimited is written and read without its length. */
  readonly wire: 0 | 1 | 2
  /** Is the raw value an object that further bytes are merged into? */
  readonly isMerged: boolean
  /** What is there before anything is read. */
  start(): unknown
  /** Is the value left out of a plain field? */
  isZero(value: T): boolean
  write(writer: Writer, value: T): void
  /** Reads up to the reader's end what is length-delimited. */
  read(reader: Reader, before: unknown): unknown
  /** Undefined where the raw value is the value. */
  readonly finish: ((raw: unknown) => T) | undefined
}

/** The TypeScript type of a schema's values. */
export type Infer<S> = S extends Schema<infer T> ? T : never

/** A schema of whatever type: for places that only pass values through. */
export type AnySchema = Schema<unknown>

/** The value of something raw, or of nothing. */
export function finished<T>(schema: Schema<T>, raw: unknown): T {
  const there = raw === undefined ? schema.start() : raw
  return schema.finish === undefined ? (there as T) : schema.finish(there)
}
