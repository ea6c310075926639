/** Texts of errors in header fields: what is no printable ASCII becomes `%` and two digits. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { STATUS_TEXT_BYTES_MAX } from './limits.ts'

const PLAIN = /^[ -$&-~]*$/
const PERCENT = 0x25
const PRINTABLE_FIRST = 0x20
const PRINTABLE_LAST = 0x7e

function escapeByte(byte: number): string {
  const isPlain = byte >= PRINTABLE_FIRST && byte <= PRINTABLE_LAST && byte !== PERCENT
  if (isPlain) return String.fromCharCode(byte)
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** Where a text of so many bytes may be cut without cutting a character. */
function cutAt(bytes: Uint8Array, size: number): number {
  if (bytes.length <= size) return bytes.length
  let end = size
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return end
}

/** The text for a header field, cut off at its bound. */
export function escapeText(text: string): string {
  if (text.length <= STATUS_TEXT_BYTES_MAX && PLAIN.test(text)) return text
  const bytes = toUtf8(text)
  const kept = bytes.subarray(0, cutAt(bytes, STATUS_TEXT_BYTES_MAX))
  return Array.from(kept, escapeByte).join('')
}

/** The text again. What is not escaped well stays as it is: an error is never lost to another. */
export function unescapeText(text: string): string {
  if (!text.includes('%')) return text
  const bytes = toUtf8(text)
  const plain: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const digits = text.slice(at + 1, at + 3)
    const isEscaped = bytes[at] === PERCENT && /^[0-9a-fA-F]{2}$/.test(digits)
    plain.push(isEscaped ? Number.parseInt(digits, 16) : bytes[at]!)
    if (isEscaped) at += 2
  }
  return parseLossy(Uint8Array.from(plain)) ?? text
}

function parseLossy(bytes: Uint8Array): string | undefined {
  try {
    return parseUtf8(bytes)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
