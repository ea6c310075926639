/** ECDSA signatures in DER, as strictly as DER means it: one encoding for each pair of numbers. */

import { concatBytes } from '@wadi/base/bytes'

/** The two numbers of a signature, each as wide as the group order, big-endian. */
export interface SignatureNumbers {
  readonly r: Uint8Array
  readonly s: Uint8Array
}

const SEQUENCE = 0x30
const INTEGER = 0x02
const SHORT_LENGTH_MAX = 0x7f

/** Reads one positive INTEGER of at most `size` bytes at `at`; gives it and where it ends. */
function parseInteger(
  bytes: Uint8Array,
  at: number,
  size: number,
): { readonly value: Uint8Array; readonly end: number } | undefined {
  const length = bytes[at + 1]
  if (bytes[at] !== INTEGER || length === undefined) return undefined
  const end = at + 2 + length
  const [first, second] = [bytes[at + 2], bytes[at + 3]]
  if (length === 0 || length > SHORT_LENGTH_MAX || end > bytes.length) return undefined
  const isNegative = first! >= 0x80
  const isPadded = first === 0 && length > 1 && second! < 0x80
  if (isNegative || isPadded) return undefined
  const digits = bytes.subarray(at + 2 + (first === 0 ? 1 : 0), end)
  if (digits.length > size) return undefined
  const value = new Uint8Array(size)
  value.set(digits, size - digits.length)
  return { value, end }
}

/** The numbers of a DER signature, or `undefined` for anything but its only encoding. */
export function parseDerSignature(bytes: Uint8Array, size: number): SignatureNumbers | undefined {
  // The lengths of all curves in use fit the short form, so the long form is never the right one.
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2) return undefined
  if (bytes[1]! > SHORT_LENGTH_MAX) return undefined
  const r = parseInteger(bytes, 2, size)
  const s = r && parseInteger(bytes, r.end, size)
  return s?.end === bytes.length ? { r: r!.value, s: s.value } : undefined
}

function encodeInteger(value: Uint8Array): Uint8Array {
  let zeros = 0
  while (zeros < value.length - 1 && value[zeros] === 0) zeros++
  const digits = value.subarray(zeros)
  const body = digits[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits
  return concatBytes(Uint8Array.of(INTEGER, body.length), body)
}

/** A signature in DER. */
export function encodeDerSignature({ r, s }: SignatureNumbers): Uint8Array {
  const body = concatBytes(encodeInteger(r), encodeInteger(s))
  return concatBytes(Uint8Array.of(SEQUENCE, body.length), body)
}
