/**
 * Texts that may be no UTF-8.
 * COMPAT(gogoproto): the generated code does not look into strings: any bytes are one. What is no
 * UTF-8 becomes lone low surrogates, one for each byte, so that the same bytes are written again.
 */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'

const ESCAPE_START = 0xdc80
const ESCAPE_END = 0xdd00
const ESCAPE_OFFSET = 0xdc00

function isEscape(unit: number): boolean {
  return unit >= ESCAPE_START && unit < ESCAPE_END
}

/** Bytes of the UTF-8 sequence that begins at `at`, or 0 if none does. */
function sequenceSize(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + size > end) return 0
  const second = bytes[at + 1]!
  // No overlong forms, no surrogates, nothing beyond U+10FFFF.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0
  for (let i = at + 1; i < at + size; i++) if ((bytes[i]! & 0xc0) !== 0x80) return 0
  return size
}

/** The text of the bytes from `start` to `end`. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  let good = start
  for (let i = start; i < end; ) {
    const size = sequenceSize(bytes, i, end)
    if (size === 0) {
      text += parseUtf8(bytes, good, i) + String.fromCharCode(ESCAPE_OFFSET + bytes[i]!)
      good = i + 1
    }
    i += size || 1
  }
  return text + parseUtf8(bytes, good, end)
}

/** The bytes of a text. */
export function bytesOfText(text: string): Uint8Array {
  if (text.isWellFormed()) return toUtf8(text)
  const restored: number[] = []
  for (const symbol of text) {
    const unit = symbol.charCodeAt(0)
    if (symbol.length === 1 && isEscape(unit)) restored.push(unit - ESCAPE_OFFSET)
    else restored.push(...toUtf8(symbol))
  }
  return Uint8Array.from(restored)
}
