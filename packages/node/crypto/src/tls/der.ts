/** Writing DER, as much of it as a certificate needs. */

import { concatBytes, parseHex, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'

function lengthOf(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size)
  if (size < 0x100) return Uint8Array.of(0x81, size)
  assert(size < 0x10000, 'der: nothing that we write is as long')
  return Uint8Array.of(0x82, size >> 8, size & 0xff)
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...content)
  return concatBytes(Uint8Array.of(tag), lengthOf(body.length), body)
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array => element(0x30, ...content)
export const setOf = (...content: readonly Uint8Array[]): Uint8Array => element(0x31, ...content)
export const octets = (content: Uint8Array): Uint8Array => element(0x04, content)
export const printable = (text: string): Uint8Array => element(0x13, toUtf8(text))
export const TRUE: Uint8Array = element(0x01, Uint8Array.of(0xff))

/** A small non-negative number. */
export function integer(value: number): Uint8Array {
  assert(value >= 0 && value < 0x80, 'der: a number of one byte')
  return element(0x02, Uint8Array.of(value))
}

/** An element with a number of its own in its context. */
export const explicit = (number: number, content: Uint8Array): Uint8Array =>
  element(0xa0 | number, content)

/** Bits, the last byte having so many that do not count. */
export const bits = (content: Uint8Array, unused = 0): Uint8Array =>
  element(0x03, Uint8Array.of(unused), content)

/** An object identifier in its encoded form. */
export const identifier = (hex: string): Uint8Array => element(0x06, parseHex(hex))

const YEAR_10000_MS = Date.UTC(10_000, 0)

/** Is it a time of the years 1950 to 9999? What is written here can say no other. */
export function isEncodable(unixMs: number): boolean {
  return unixMs >= Date.UTC(1950, 0) && unixMs < YEAR_10000_MS
}

/** A point of time: two digits of the year up to 2049, four after it (RFC 5280, 4.1.2.5). */
export function time(unixMs: number): Uint8Array {
  assert(isEncodable(unixMs), 'der: a year from 1950 to 9999')
  const text = new Date(unixMs).toISOString().replace(/[-:T]|\.\d+/g, '')
  return text < '2050' ? element(0x17, toUtf8(text.slice(2))) : element(0x18, toUtf8(text))
}
