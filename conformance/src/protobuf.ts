/** Just enough protobuf to take recorded blocks apart: fields by number. */

import { definePlainErrors } from '@wadi/base/errors'

const errors = definePlainErrors('conformance/protobuf', {
  malformed: 'not a protobuf message',
})

const WIRE_VARINT = 0
const WIRE_FIXED64 = 1
const WIRE_BYTES = 2
const WIRE_FIXED32 = 5
const VARINT_BITS = 64

/** A field: a number as it is on the wire, or the bytes of what is length-delimited. */
interface Field {
  readonly number: number
  readonly value: bigint | Uint8Array
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; at < message.length && shift < BigInt(VARINT_BITS); shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(VARINT_BITS, value)
    }
    throw errors.malformed('a varint ends early')
  }
  const bytes = (size: number): Uint8Array => {
    if (at + size > message.length) throw errors.malformed('a field ends early')
    at += size
    return message.subarray(at - size, at)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const wire = tag % 8
    const number = Math.floor(tag / 8)
    if (wire === WIRE_VARINT) yield { number, value: varint() }
    else if (wire === WIRE_FIXED64) yield { number, value: bytes(8) }
    else if (wire === WIRE_FIXED32) yield { number, value: bytes(4) }
    else if (wire === WIRE_BYTES) yield { number, value: bytes(Number(varint())) }
    else throw errors.malformed(`wire type ${wire}`)
  }
}

/** The contents of every length-delimited field `number` of a message, in order. */
export function bytesFields(message: Uint8Array, number: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  for (const field of fieldsOf(message))
    if (field.number === number && typeof field.value !== 'bigint') found.push(field.value)
  return found
}

/** The last length-delimited field `number`; empty if there is none. */
export function bytesField(message: Uint8Array, number: number): Uint8Array {
  return bytesFields(message, number).at(-1) ?? new Uint8Array(0)
}

/** The last integer field `number`, as an int64; zero if there is none. */
export function integerField(message: Uint8Array, number: number): bigint {
  let found = 0n
  for (const field of fieldsOf(message))
    if (field.number === number && typeof field.value === 'bigint') found = field.value
  return BigInt.asIntN(VARINT_BITS, found)
}

const BLOCK_DATA = 2
const DATA_TXS = 1

/** The raw transactions of a `tendermint.types.Block`. */
export function blockTransactions(block: Uint8Array): readonly Uint8Array[] {
  return bytesFields(block, BLOCK_DATA).flatMap((data) => bytesFields(data, DATA_TXS))
}
