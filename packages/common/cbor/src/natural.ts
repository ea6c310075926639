import { parseHex, toHex } from '@wadi/base/bytes'
import { errors, excerpt } from './errors.ts'
import { mapped } from './mapped.ts'
import { MAJOR, type Reader } from './reader.ts'
import { bytes } from './scalars.ts'
import type { Schema } from './schema.ts'
import type { Writer } from './writer.ts'

/** Bytes that a safe integer surely holds. */
const SAFE_SIZE = 6
const SAFE_END = 2n ** 48n

function fromBytes(wire: Uint8Array): bigint {
  // Hexadecimal is parsed in linear time, also what a hostile peer sends as an amount.
  return wire.length === 0 ? 0n : BigInt(`0x${toHex(wire)}`)
}

function toBytes(value: bigint): Uint8Array {
  if (value < 0n) throw errors.outOfRange('a natural number is not negative')
  const digits = value === 0n ? '' : value.toString(16)
  return parseHex(digits.length % 2 === 0 ? digits : `0${digits}`)
}

function parseDecimal(text: string): bigint {
  if (!/^\d+$/.test(text)) throw errors.wrongJsonType(`${excerpt(text)} as a natural number`)
  return BigInt(text)
}

/** The readable reference: the fast path below has to agree with it. */
export const plainNatural: Schema<bigint> = mapped(bytes, {
  name: 'natural',
  from: fromBytes,
  to: toBytes,
  jsonForm: { print: String, parse: parseDecimal },
  isGoStruct: true,
})

/**
 * A natural number of any size: its bytes, the most significant first, without leading zeros, so
 * that zero is empty. Decimal in JSON.
 * COMPAT(oasis-core): leading zeros are accepted, and the Go type is a struct (see `isGoStruct`).
 */
export const natural: Schema<bigint> = {
  ...plainNatural,
  isEmpty: (value) => value === 0n,
  isEmptyInRust: (value) => value === 0n,
  write(writer, value) {
    if (value >= 0n && value < SAFE_END) writeSafe(writer, Number(value))
    else plainNatural.write(writer, value)
  },
  read(reader) {
    const size = (reader.bytes[reader.at] ?? 0) - MAJOR.bytes
    if (size < 0 || size > SAFE_SIZE || reader.at + size >= reader.end) {
      return plainNatural.read(reader)
    }
    return readSafe(reader, size)
  },
}

// PERF: no array and no text between for amounts below 2^48: reading takes a third of the time.
function readSafe(reader: Reader, size: number): bigint {
  const start = reader.at + 1
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + reader.bytes[start + i]!
  reader.at = start + size
  return BigInt(value)
}

function writeSafe(writer: Writer, value: number): void {
  let size = 0
  for (let rest = value; rest >= 1; rest /= 256) size++
  writer.need(size + 1)
  const { bytes: target, at } = writer
  target[at] = MAJOR.bytes | size
  let rest = value
  for (let i = size; i > 0; i--) {
    target[at + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  writer.at = at + size + 1
}
