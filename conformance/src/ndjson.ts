/** Gzipped files of JSON lines. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { UnavailableError } from '@wadi/base/errors'

/** The records of a file, one after the other. */
export function* parseNdjson<T>(gzipped: Uint8Array): Generator<T> {
  const text = gunzipSync(gzipped).toString('utf8')
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, end)
    if (line.trim() !== '') yield JSON.parse(line) as T
    start = end + 1
  }
}

/** The records of the file at `path`; a file that is cut short or damaged is named. */
export function* readNdjsonFile<T>(path: string): Generator<T> {
  try {
    yield* parseNdjson<T>(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnavailableError('recording.damaged', `${path} cannot be read: ${why}`, { cause })
  }
}
