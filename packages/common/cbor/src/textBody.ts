import { parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import type { Reader } from './reader.ts'

const LONG_SIZE_MIN = 64

/** Reads the text whose head was just read. */
export function readTextBody(reader: Reader): string {
  return takeText(reader, reader.stringSize())
}

/** Reads a text of a size that is known to be there. */
export function takeText(reader: Reader, size: number): string {
  const start = reader.at
  reader.at = start + size
  return size > LONG_SIZE_MIN
    ? longTextOf(reader.bytes, start, start + size)
    : textOf(reader.bytes, start, start + size)
}

const CHUNK_SIZE = 1024

/** Long texts in chunks: a character at a time leaves a chain of as many pieces. */
function longTextOf(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += CHUNK_SIZE) {
    const chunk = bytes.subarray(at, Math.min(at + CHUNK_SIZE, end))
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i]! > 127) return wideTextOf(bytes, start, end)
    }
    text += String.fromCharCode(...chunk)
  }
  return text
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
