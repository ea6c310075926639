import { parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import type { Reader } from './reader.ts'

/** Reads the text whose head was just read. */
export function readTextBody(reader: Reader): string {
  const size = reader.stringSize()
  const start = reader.at
  const end = start + size
  reader.at = end
  const bytes = reader.bytes
  let text = ''
  for (let i = start; i < end; i++) {
    const code = bytes[i]!
    if (code > 127) return readWideText(bytes, start, end)
    text += String.fromCharCode(code)
  }
  return text
}

function readWideText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return parseUtf8(bytes, start, end)
  } catch (error) {
    throw error instanceof CodedError ? errors.badUtf8(error.context) : error
  }
}
