/** Gzipped files of JSON lines. */

import { gunzipSync } from 'node:zlib'

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
