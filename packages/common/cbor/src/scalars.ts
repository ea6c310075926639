/** Schemas of the items that have no parts: integers, texts, byte strings, times. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { readFloat, writeFloat } from './float.ts'
import * as integers from './integers.ts'
import { MAJOR, NULL, type Reader } from './reader.ts'
import { skipStrict } from './rustItem.ts'
import type { Branded, Schema, Shape, TextForm } from './schema.ts'
import { copyOf } from './slab.ts'
import { readTextBody, takeText } from './textBody.ts'
import { readTime, ZERO_TIME } from './time.ts'

/** An unsigned integer of 8 bits. */
export const u8: Schema<number> = integers.unsigned(8)
/** An unsigned integer of 16 bits. */
export const u16: Schema<number> = integers.unsigned(16)
/** An unsigned integer of 32 bits. */
export const u32: Schema<number> = integers.unsigned(32)
/** An unsigned integer of 64 bits. */
export const u64: Schema<bigint> = integers.u64
/** A signed integer of 8 bits. */
export const i8: Schema<number> = integers.signed(8)
/** A signed integer of 16 bits. */
export const i16: Schema<number> = integers.signed(16)
/** A signed integer of 32 bits. */
export const i32: Schema<number> = integers.signed(32)
/** A signed integer of 64 bits: also Go's `int`, and durations in nanoseconds. */
export const i64: Schema<bigint> = integers.i64

/** True or false. */
export const bool: Schema<boolean> = {
  shape: { kind: 'bool' },
  zero: false,
  isScalar: true,
  hasZero: true,
  isEmpty: (value) => !value,
  isEmptyInRust: (value) => !value,
  write: (writer, value) => writer.byte(value ? 0xf5 : 0xf4),
  read(reader) {
    const major = reader.head()
    if (major === MAJOR.simple && (reader.info === 20 || reader.info === 21)) {
      return reader.info === 21
    }
    if (reader.wasNil(major)) return false
    throw reader.wrongType(major, 'a boolean')
  },
}

/** A text: always valid UTF-8. */
export const text: Schema<string> = {
  shape: { kind: 'text' },
  zero: '',
  isScalar: true,
  hasZero: true,
  isEmpty: (value) => value === '',
  isEmptyInRust: (value) => value === '',
  write: (writer, value) => writer.text(value),
  read(reader) {
    const size = reader.shortSize(MAJOR.text)
    if (size >= 0) return takeText(reader, size)
    const major = reader.head()
    if (major === MAJOR.text) return readTextBody(reader)
    if (reader.wasNil(major)) return ''
    throw reader.wrongType(major, 'a text')
  },
}

/** Reads the byte string whose head was just read, as a copy. */
function readBytesBody(reader: Reader): Uint8Array {
  return takeBytes(reader, reader.stringSize())
}

function takeBytes(reader: Reader, size: number): Uint8Array {
  const start = reader.at
  reader.at = start + size
  return copyOf(reader.bytes, start, start + size)
}

/** Reads one element of an array that stands for a byte string. */
const readByte = u8.read

/**
 * COMPAT(fxamacker/cbor): an array of small integers is taken for a byte string.
 * Reads the array whose head was just read.
 */
function readByteList(reader: Reader): Uint8Array {
  const count = reader.enterList()
  const bytes = new Uint8Array(count)
  for (let i = 0; i < count; i++) bytes[i] = readByte(reader)
  reader.leave()
  return bytes
}

/** A byte string of any length. */
export const bytes: Schema<Uint8Array> = {
  shape: { kind: 'bytes' },
  zero: EMPTY_BYTES,
  isScalar: false,
  hasZero: true,
  isEmpty: (value) => value.length === 0,
  isEmptyInRust: (value) => value.length === 0,
  write(writer, value) {
    writer.head(MAJOR.bytes, value.length)
    writer.raw(value)
  },
  read(reader) {
    const size = reader.shortSize(MAJOR.bytes)
    if (size >= 0) return takeBytes(reader, size)
    const major = reader.head()
    if (major === MAJOR.bytes) return readBytesBody(reader)
    if (major === MAJOR.list && !reader.rules.isRust) return readByteList(reader)
    if (reader.wasNil(major)) return EMPTY_BYTES
    throw reader.wrongType(major, 'a byte string')
  },
}

/** A byte string of a fixed size and a name of its own. */
export type FixedBytes<Name extends string> = Branded<Uint8Array, Name>

/** The schema of {@link bytesOf}, with the one way to give plain bytes the brand. */
export interface BytesOf<Name extends string> extends Schema<FixedBytes<Name>> {
  readonly size: number
  /** The same bytes, branded; throws when the length is wrong. */
  check(bytes: Uint8Array): FixedBytes<Name>
}

/** What else a type of fixed size may say about itself. */
export interface BytesOfOptions {
  /** How it looks in JSON; base64 unless told. */
  readonly jsonForm?: TextForm<Uint8Array>
  /** Throws for bytes of the right length that are no such value. */
  readonly check?: (bytes: Uint8Array) => void
}

/**
 * A byte string of exactly `size` bytes, branded with `name`: a key, a hash, an address.
 * The Go type has a binary form of its own, so that another length is an error, and a value is
 * never empty, not even if all its bytes are zero.
 *
 * COMPAT(fxamacker/cbor): an array of integers goes around that binary form: it is padded or cut
 * to the size, and `check` is not asked.
 */
export function bytesOf<const Name extends string>(
  name: Name,
  size: number,
  options: BytesOfOptions = {},
): BytesOf<Name> {
  const check = (value: Uint8Array): FixedBytes<Name> => {
    if (value.length !== size) throw wrongLength(name, size, value.length)
    options.check?.(value)
    return value as FixedBytes<Name>
  }
  const { jsonForm: text } = options
  const shape = { kind: 'fixedBytes', name, size, text, check: options.check } as const
  return {
    ...fixed<FixedBytes<Name>>(shape, (reader) => {
      const actual = reader.argument
      if (actual !== size) throw wrongLength(name, size, actual)
      const value = readBytesBody(reader)
      options.check?.(value)
      return value as FixedBytes<Name>
    }),
    size,
    check,
  }
}

function wrongLength(name: string, size: number, actual: number) {
  return errors.wrongLength(`${name} has ${size} bytes, not ${actual}`)
}

/**
 * A plain byte array of Go: always `size` bytes.
 * COMPAT(fxamacker/cbor): a shorter byte string is padded with zeros and a longer one is cut.
 */
export function fixedBytes(size: number): Schema<Uint8Array> {
  const shape = {
    kind: 'fixedBytes',
    name: undefined,
    size,
    text: undefined,
    check: undefined,
  } as const
  return fixed<Uint8Array>(shape, (reader) => {
    if (reader.rules.isRust && reader.argument !== size) {
      throw wrongLength('array', size, reader.argument)
    }
    return fitted(readBytesBody(reader), size)
  })
}

function fitted(value: Uint8Array, size: number): Uint8Array {
  if (value.length === size) return value
  const result = new Uint8Array(size)
  result.set(value.subarray(0, size))
  return result
}

type FixedShape = Shape & { readonly kind: 'fixedBytes' }

function fixed<T extends Uint8Array>(
  shape: FixedShape,
  readBody: (reader: Reader) => T,
): Schema<T> {
  const { size, name = 'array' } = shape
  const zero = new Uint8Array(size) as T
  return {
    shape,
    zero,
    isScalar: false,
    hasZero: true,
    isEmpty: () => size === 0,
    isEmptyInRust: () => false,
    write(writer, value) {
      if (value.length !== size) throw wrongLength(name, size, value.length)
      writer.head(MAJOR.bytes, size)
      writer.raw(value)
    },
    read(reader) {
      const major = reader.head()
      if (major === MAJOR.bytes) return readBody(reader)
      if (major === MAJOR.list && !reader.rules.isRust) return readFixedList(reader, size) as T
      if (reader.wasNil(major)) return zero
      throw reader.wrongType(major, 'a byte string')
    },
  }
}

/** COMPAT(fxamacker/cbor): elements beyond the size are stepped over, whatever they are. */
function readFixedList(reader: Reader, size: number): Uint8Array {
  const count = reader.enterList()
  const value = new Uint8Array(size)
  for (let i = 0; i < count; i++) {
    if (i < size) value[i] = readByte(reader)
    else reader.skip()
  }
  reader.leave()
  return value
}

/**
 * One item of CBOR, kept as it came: only its form is checked. Empty stands for Go's nil, which
 * encodes as null.
 */
export const raw: Schema<Uint8Array> = {
  shape: { kind: 'raw' },
  zero: EMPTY_BYTES,
  isScalar: false,
  hasZero: true,
  isEmpty: (value) => value.length === 0,
  isEmptyInRust: (value) => value.length === 0 || (value.length === 1 && value[0]! >= NULL),
  write(writer, value) {
    if (value.length === 0) writer.byte(NULL)
    else writer.raw(value)
  },
  read(reader) {
    const start = reader.at
    if (reader.rules.isRust) skipStrict(reader)
    else reader.skip()
    return copyOf(reader.bytes, start, reader.at)
  },
}

/** A floating-point number. No consensus type has one: only replies of the API do. */
export const float64: Schema<number> = {
  shape: { kind: 'float' },
  zero: 0,
  isScalar: true,
  hasZero: true,
  isEmpty: (value) => value === 0,
  isEmptyInRust: (value) => value === 0,
  write: writeFloat,
  read: readFloat,
}

/**
 * A moment, in seconds since 1970. The zero value is the first second of the year 1 and encodes as
 * null.
 * COMPAT(oasis-core): the Go type also holds a fraction of a second, which encoding drops.
 */
export const time: Schema<bigint> = {
  shape: { kind: 'time' },
  zero: ZERO_TIME,
  isScalar: false,
  hasZero: true,
  isEmpty: () => false,
  isEmptyInRust: () => false,
  write(writer, value) {
    if (value === ZERO_TIME) writer.byte(NULL)
    else integers.i64.write(writer, value)
  },
  read: readTime,
}

/** Refuses to start with a byte list of anything but integers of eight bits. */
function checkByteSized(schema: Schema<number>): void {
  let shape = schema.shape
  while (shape.kind === 'mapped' || shape.kind === 'named') shape = shape.inner.shape
  if (shape.kind !== 'integer' || shape.bits !== 8 || shape.signed) {
    throw new BugError('byteList: not an unsigned integer of eight bits')
  }
}

/**
 * A list of unsigned integers of eight bits.
 * COMPAT(fxamacker/cbor): such a list is one byte string on the wire, even if its elements are a
 * named enumeration; JSON shows it as a list.
 */
export function byteList<T extends number>(item: Schema<T>): Schema<readonly T[]> {
  checkByteSized(item)
  return {
    shape: { kind: 'list', item, countMax: Number.POSITIVE_INFINITY, isByteString: true },
    zero: [],
    isScalar: false,
    hasZero: true,
    isEmpty: (value) => value.length === 0,
    isEmptyInRust: (value) => value.length === 0,
    write: (writer, value) => bytes.write(writer, Uint8Array.from(value)),
    read: (reader) => Array.from(bytes.read(reader)) as T[],
  }
}
