/** Just enough protobuf to take recorded blocks apart: length-delimited fields by number. */

import { definePlainErrors } from '@wadi/base/errors'

const errors = definePlainErrors('conformance/protobuf', {
  malformed: 'not a protobuf message',
})

const WIRE_VARINT = 0
const WIRE_FIXED64 = 1
const WIRE_BYTES = 2
const WIRE_FIXED32 = 5

/** The contents of every length-delimited field `number` of a message, in order. */
export function bytesFields(message: Uint8Array, number: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw errors.malformed('a varint ends early')
  }
  while (at < message.length) {
    const tag = varint()
    const wire = tag % 8
    if (wire === WIRE_VARINT) varint()
    else if (wire === WIRE_FIXED64) at += 8
    else if (wire === WIRE_FIXED32) at += 4
    else if (wire === WIRE_BYTES) {
      const size = varint()
      if (at + size > message.length) throw errors.malformed('a field ends early')
      if (Math.floor(tag / 8) === number) found.push(message.subarray(at, at + size))
      at += size
    } else throw errors.malformed(`wire type ${wire}`)
  }
  return found
}

const BLOCK_DATA = 2
const DATA_TXS = 1

/** The raw transactions of a `tendermint.types.Block`. */
export function blockTransactions(block: Uint8Array): readonly Uint8Array[] {
  return bytesFields(block, BLOCK_DATA).flatMap((data) => bytesFields(data, DATA_TXS))
}
