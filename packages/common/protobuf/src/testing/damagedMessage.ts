/**
 * What a hostile sender makes of a good message. Half of the damage knows where fields are, so that
 * what comes of it still is a message, and the harm is in what it says.
 */

import { concatBytes } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { WIRE } from '../schema.ts'

/** A field as it was written. */
interface WrittenField {
  readonly number: number
  readonly wire: number
  /** Without its tag and length. */
  readonly content: Uint8Array
}

const FIELD_SIZES: ReadonlyMap<number, number> = new Map([
  [WIRE.fixed64, 8],
  [WIRE.fixed32, 4],
])
const VARINT_BITS = 7n
const FIELD_NUMBER_MAX = 2 ** 29 - 1
const STRETCH_MAX = 9

/** Numbers at which bounds are. */
const ODD_NUMBERS = [
  ...[0n, 1n, 2n, 3n, 127n, 128n, 255n, 9_999n, 10_000n, 10_001n, 65_535n, 65_536n],
  ...[2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n],
  ...[2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 2n, 2n ** 64n - 2n ** 31n],
]
const ODD_SIZES = [0, 1, 19, 20, 21, 31, 32, 33, 63, 64, 65, 300, 5_000]

/** The message with one to three damages. */
export function damagedMessage(random: RandomSource, good: Uint8Array): Uint8Array {
  let damaged = good
  for (let count = 1 + randomBelow(random, 3); count > 0; count--)
    damaged =
      randomBelow(random, 2) === 0 ? withOddBytes(random, damaged) : withOddField(random, damaged)
  return damaged
}

function pick<T>(random: RandomSource, from: readonly T[]): T {
  return from[randomBelow(random, from.length)]!
}

/** A flipped, lost, doubled or inserted stretch, or an end that is missing. */
function withOddBytes(random: RandomSource, good: Uint8Array): Uint8Array {
  const at = randomBelow(random, good.length + 1)
  const end = Math.min(good.length, at + randomBelow(random, STRETCH_MAX))
  switch (randomBelow(random, 5)) {
    case 0:
      return good.map((byte, i) => (i === at ? byte ^ (1 << randomBelow(random, 8)) : byte))
    case 1:
      return concatBytes(good.subarray(0, at), good.subarray(end))
    case 2:
      return concatBytes(good.subarray(0, end), good.subarray(at))
    case 3:
      return good.subarray(0, at)
    default:
      return concatBytes(good.subarray(0, at), random.bytes(8), good.subarray(at))
  }
}

/** Another field than there was, here or further inside; all lengths are right. */
function withOddField(random: RandomSource, good: Uint8Array): Uint8Array {
  const fields = fieldsOf(good)
  if (fields === undefined || fields.length === 0) return withOddBytes(random, good)
  const at = randomBelow(random, fields.length)
  const field = fields[at]!
  const isInside = field.wire === WIRE.bytes && randomBelow(random, 3) > 0
  const odd = isInside
    ? [{ ...field, content: withOddField(random, field.content) }]
    : insteadOf(random, field, fields)
  return concatBytes(...fields.toSpliced(at, 1, ...odd).map(written))
}

function insteadOf(
  random: RandomSource,
  field: WrittenField,
  all: readonly WrittenField[],
): readonly WrittenField[] {
  switch (randomBelow(random, 5)) {
    case 0:
      return []
    case 1:
      return [field, field]
    case 2:
      return [field, pick(random, all)]
    case 3:
      return [{ ...field, number: pick(random, [field.number + 1, 1, 15, FIELD_NUMBER_MAX]) }]
    default:
      return [{ ...field, content: oddContent(random, field) }]
  }
}

function oddContent(random: RandomSource, { wire, content }: WrittenField): Uint8Array {
  if (wire === WIRE.varint) return varint(pick(random, ODD_NUMBERS))
  return random.bytes(wire === WIRE.bytes ? pick(random, ODD_SIZES) : content.length)
}

/** The fields of a message; undefined if it is none. */
function fieldsOf(bytes: Uint8Array): readonly WrittenField[] | undefined {
  const fields: WrittenField[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at)
    if (tag === undefined || tag.value >> 3n === 0n || tag.value >> 32n > 0n) return undefined
    const wire = Number(tag.value & 7n)
    const range = contentAt(bytes, tag.end, wire)
    if (range === undefined || range.end > bytes.length) return undefined
    const content = bytes.subarray(range.start, range.end)
    fields.push({ number: Number(tag.value >> 3n), wire, content })
    at = range.end
  }
  return fields
}

function contentAt(bytes: Uint8Array, at: number, wire: number) {
  const size = FIELD_SIZES.get(wire)
  if (size !== undefined) return { start: at, end: at + size }
  const number = varintAt(bytes, at)
  if (number === undefined || (wire !== WIRE.varint && wire !== WIRE.bytes)) return undefined
  if (wire === WIRE.varint) return { start: at, end: number.end }
  return { start: number.end, end: number.end + Number(number.value) }
}

function varintAt(bytes: Uint8Array, start: number) {
  let value = 0n
  for (let at = start; at < bytes.length && at < start + 10; at++) {
    value |= BigInt(bytes[at]! & 0x7f) << (BigInt(at - start) * VARINT_BITS)
    if (bytes[at]! < 0x80) return { value, end: at + 1 }
  }
  return undefined
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80n; left >>= VARINT_BITS) bytes.push(Number(left & 0x7fn) | 0x80)
  return Uint8Array.of(...bytes, Number(left))
}

function written({ number, wire, content }: WrittenField): Uint8Array {
  const tag = varint((BigInt(number) << 3n) | BigInt(wire))
  if (wire !== WIRE.bytes) return concatBytes(tag, content)
  return concatBytes(tag, varint(BigInt(content.length)), content)
}
