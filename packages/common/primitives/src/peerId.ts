/** How a node is called in the network of runtimes: by a hash of its key, or by the key itself. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Schema } from '@wadi/cbor/codec'
import { excerpt } from '@wadi/cbor/errors'
import { mapped } from '@wadi/cbor/mapped'
import { bytes } from '@wadi/cbor/scalars'
import { PEER_ID_TEXT_SIZE_MAX } from './limits.ts'

const errors = definePlainErrors('peerId', { malformed: 'malformed name of a peer' })

/** The digits and letters that nobody takes for others. */
const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE = 58
const BYTE = 256

/** The number of some digits in another base, the highest first; zeros in front stay as many. */
function inBase(digits: Iterable<number>, from: number, to: number): readonly number[] {
  let zeros = 0
  const converted: number[] = []
  for (const digit of digits) {
    let carry = digit
    for (let i = 0; i < converted.length; i++) {
      carry += converted[i]! * from
      converted[i] = carry % to
      carry = Math.floor(carry / to)
    }
    for (; carry > 0; carry = Math.floor(carry / to)) converted.push(carry % to)
    if (converted.length === 0) zeros++
  }
  return [...new Array<number>(zeros).fill(0), ...converted.reverse()]
}

/** The usual text: in base 58. */
export function printPeerId(id: Uint8Array): string {
  return inBase(id, BYTE, BASE)
    .map((digit) => DIGITS[digit])
    .join('')
}

/** The name of a text. What it is a hash of is not looked at. */
export function parsePeerId(source: string): Uint8Array {
  if (source.length > PEER_ID_TEXT_SIZE_MAX) throw errors.malformed(`${source.length} characters`)
  const digits = Array.from(source, (letter) => DIGITS.indexOf(letter))
  if (digits.includes(-1)) throw errors.malformed(excerpt(source))
  return Uint8Array.from(inBase(digits, BASE, BYTE))
}

/** Whatever somebody called a peer. */
export const PeerId: Schema<Uint8Array> = mapped(bytes, {
  name: 'PeerId',
  from: (id) => id,
  to: (id) => id,
  jsonForm: { print: printPeerId, parse: parsePeerId },
})
