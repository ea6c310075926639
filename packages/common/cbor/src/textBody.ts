import { parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import type { Reader } from './reader.ts'

/** Reads the text whose head was just read. */
export function readTextBody(reader: Reader): string {
  const size = reader.stringSize()
  const start = reader.at
  reader.at = start + size
  return textOf(reader.bytes, start, start + size)
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  const { fromCharCode } = String
  let text = ''
  let i = start
  // PERF: four characters at once make a flat string: 1.5 times as fast as one by one.
  for (; i + 4 <= end; i += 4) {
    const a = bytes[i]!
    const b = bytes[i + 1]!
    const c = bytes[i + 2]!
    const d = bytes[i + 3]!
    if ((a | b | c | d) > 127) return wideTextOf(bytes, start, end)
    text += fromCharCode(a, b, c, d)
  }
  for (; i < end; i++) {
    const code = bytes[i]!
    if (code > 127) return wideTextOf(bytes, start, end)
    text += fromCharCode(code)
  }
  return text
}

function wideTextOf(bytes: Uint8Array, start: number, end: number): string {
  try {
    return parseUtf8(bytes, start, end)
  } catch (error) {
    throw error instanceof CodedError ? errors.badUtf8(error.context) : error
  }
}
