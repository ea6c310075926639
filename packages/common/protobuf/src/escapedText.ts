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

/** How long a UTF-8 sequence is by its first byte; 1 if it begins none. */
function sequenceSize(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  try {
    parseUtf8(bytes, start, end)
    return true
  } catch {
    return false
  }
}

function escaped(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; ) {
    const size = sequenceSize(bytes[i]!)
    const isGood = i + size <= end && (size > 1 || bytes[i]! < 0x80) && isUtf8(bytes, i, i + size)
    text += isGood ? parseUtf8(bytes, i, i + size) : String.fromCharCode(ESCAPE_OFFSET + bytes[i]!)
    i += isGood ? size : 1
  }
  return text
}

/** The text of the bytes from `start` to `end`. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  return isUtf8(bytes, start, end) ? parseUtf8(bytes, start, end) : escaped(bytes, start, end)
}

/** The bytes of a text. */
export function bytesOfText(text: string): Uint8Array {
  const bytes = toUtf8(text)
  if (text.isWellFormed()) return bytes
  const restored: number[] = []
  for (const symbol of text) {
    const unit = symbol.charCodeAt(0)
    if (symbol.length === 1 && isEscape(unit)) restored.push(unit - ESCAPE_OFFSET)
    else restored.push(...toUtf8(symbol))
  }
  return Uint8Array.from(restored)
}
