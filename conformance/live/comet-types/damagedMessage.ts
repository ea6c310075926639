/** What a hostile sender makes of a good message of protocol buffers. */

import { concatBytes } from '@wadi/base/bytes'
import type { Dice } from '../cbor/dice.ts'

type Damage = (bytes: Uint8Array, dice: Dice) => Uint8Array

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, value)
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return Uint8Array.of(...bytes, Number(left))
}

function insert(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, at), more, bytes.subarray(at))
}

const FIELDS = 16
const ODD_BYTES = [0, 1, 2, 0x08, 0x12, 0x7f, 0x80, 0xff]

const damages: readonly Damage[] = [
  (bytes, dice) => bytes.map((byte, i, { length }) => (i === dice.roll(length) ? byte ^ 1 : byte)),
  (bytes, dice) => bytes.subarray(0, dice.roll(bytes.length + 1)),
  (bytes, dice) => insert(bytes, dice.roll(bytes.length + 1), Uint8Array.of(dice.roll(256))),
  (bytes, dice) => {
    const at = dice.roll(bytes.length)
    return concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1))
  },
  (bytes, dice) =>
    bytes.length === 0 ? bytes : bytes.with(dice.roll(bytes.length), dice.pick(ODD_BYTES)),
  // A field again, with another number.
  (bytes, dice) => {
    const tag = (1 + dice.roll(FIELDS)) * 8
    return concatBytes(bytes, Uint8Array.of(tag), varint(BigInt(dice.roll(200) - 100)))
  },
  // A message again: merged.
  (bytes) => concatBytes(bytes, bytes),
  (bytes, dice) => {
    const start = dice.roll(bytes.length + 1)
    return concatBytes(bytes, bytes.subarray(start, start + dice.roll(40)))
  },
  // A group that nobody knows.
  (bytes) => concatBytes(bytes, Uint8Array.of(0xa3, 0x06, 0x08, 0x01, 0xa4, 0x06)),
  // A number of a field that is only the same in its lower bits.
  (bytes, dice) => {
    const number = BigInt(1 + dice.roll(8)) + (BigInt(dice.roll(3)) << 32n)
    return concatBytes(bytes, varint(number * 8n), varint(BigInt(dice.roll(5))))
  },
  // A part of nothing, or of little.
  (bytes, dice) => {
    const size = dice.roll(4)
    const tag = (1 + dice.roll(FIELDS)) * 8 + 2
    return concatBytes(bytes, Uint8Array.of(tag, size), new Uint8Array(size).fill(dice.roll(256)))
  },
]

/** The message with one or two damages; now and then with none. */
export function damagedMessage(bytes: Uint8Array, dice: Dice): Uint8Array {
  let damaged = bytes
  for (let count = dice.roll(3); count > 0; count--) damaged = dice.pick(damages)(damaged, dice)
  return damaged
}
