import { errors } from './errors.ts'
import { MAJOR, type Reader } from './reader.ts'
import type { Schema } from './schema.ts'
import type { Writer } from './writer.ts'

const U64_END = 0x1_0000_0000_0000_0000n
const I64_END = 0x8000_0000_0000_0000n
const SMALL_BIGINTS: readonly bigint[] = Array.from({ length: 24 }, (_, i) => BigInt(i))

/** Reads the head of an integer: true if it is negative, undefined if the item is null. */
function readSign(reader: Reader): boolean | undefined {
  const major = reader.head()
  if (major === MAJOR.unsigned) return false
  if (major === MAJOR.negative) return true
  if (major === MAJOR.simple && !reader.rules.isRust) {
    // COMPAT(fxamacker/cbor): an unassigned simple value is an integer; null leaves the zero.
    if (reader.info < 20 || reader.info === 24) return false
    if (reader.info < 24 && reader.info > 21) return undefined
  }
  throw reader.wrongType(major, 'an integer')
}

function wideArgument(reader: Reader): bigint {
  const low = reader.low
  if (reader.high === 0) return low < 24 ? SMALL_BIGINTS[low]! : BigInt(low)
  return (BigInt(reader.high) << 32n) | BigInt(low)
}

const INTEGER_TRAITS = { isScalar: true, hasZero: true } as const

/** An unsigned integer of up to 32 bits. */
export function unsigned(bits: 8 | 16 | 32): Schema<number> {
  const max = 2 ** bits - 1
  const isEmpty = (value: number) => value === 0
  return {
    ...INTEGER_TRAITS,
    shape: { kind: 'integer', bits, signed: false },
    zero: 0,
    isEmpty,
    isEmptyInRust: isEmpty,
    write(writer, value) {
      if (!Number.isInteger(value) || value < 0 || value > max) throw outOfRange(value, bits)
      writer.head(MAJOR.unsigned, value)
    },
    read(reader) {
      const first = reader.bytes[reader.at]!
      if (first < 24) {
        reader.at++
        return first
      }
      const sign = readSign(reader)
      if (sign === undefined) return 0
      if (sign) throw negative(reader, bits)
      if (reader.argument > max) throw errors.outOfRange(`not a u${bits}`)
      return reader.argument
    },
  }
}

/** A signed integer of up to 32 bits. */
export function signed(bits: 8 | 16 | 32): Schema<number> {
  const end = 2 ** (bits - 1)
  const isEmpty = (value: number) => value === 0
  return {
    ...INTEGER_TRAITS,
    shape: { kind: 'integer', bits, signed: true },
    zero: 0,
    isEmpty,
    isEmptyInRust: isEmpty,
    write(writer, value) {
      if (!Number.isInteger(value) || value < -end || value >= end) throw outOfRange(value, bits)
      if (value < 0) writer.head(MAJOR.negative, -1 - value)
      else writer.head(MAJOR.unsigned, value)
    },
    read(reader) {
      const sign = readSign(reader)
      if (sign === undefined) return 0
      if (reader.argument >= end) throw errors.outOfRange(`not an i${bits}`)
      return sign ? -1 - reader.argument : reader.argument
    },
  }
}

/** An unsigned integer of 64 bits. */
export const u64: Schema<bigint> = {
  ...INTEGER_TRAITS,
  shape: { kind: 'integer', bits: 64, signed: false },
  zero: 0n,
  isEmpty: (value) => value === 0n,
  isEmptyInRust: (value) => value === 0n,
  write(writer, value) {
    if (value < 0n || value >= U64_END) throw outOfRange(value, 64)
    writer.wideHead(MAJOR.unsigned, value)
  },
  read(reader) {
    const first = reader.bytes[reader.at]!
    if (first < 24) {
      reader.at++
      return SMALL_BIGINTS[first]!
    }
    const sign = readSign(reader)
    if (sign === undefined) return 0n
    if (sign) throw negative(reader, 64)
    return wideArgument(reader)
  },
}

/** A signed integer of 64 bits. */
export const i64: Schema<bigint> = {
  ...INTEGER_TRAITS,
  shape: { kind: 'integer', bits: 64, signed: true },
  zero: 0n,
  isEmpty: (value) => value === 0n,
  isEmptyInRust: (value) => value === 0n,
  write: writeI64,
  read(reader) {
    const sign = readSign(reader)
    if (sign === undefined) return 0n
    if (reader.high >= 0x8000_0000) throw errors.outOfRange('not an i64')
    return sign ? -1n - wideArgument(reader) : wideArgument(reader)
  },
}

function writeI64(writer: Writer, value: bigint): void {
  if (value < -I64_END || value >= I64_END) throw outOfRange(value, 64)
  if (value < 0n) writer.wideHead(MAJOR.negative, -1n - value)
  else writer.wideHead(MAJOR.unsigned, value)
}

/** COMPAT(oasis-cbor): there a negative integer is an item of another type. */
function negative(reader: Reader, bits: number) {
  return reader.rules.isRust
    ? reader.wrongType(MAJOR.negative, `a u${bits}`)
    : errors.outOfRange(`not a u${bits}`)
}

function outOfRange(value: number | bigint, bits: number) {
  return errors.outOfRange(`${value} does not fit ${bits} bits`)
}
