import { compareBytes } from '@wadi/base/bytes'
import { errors } from './errors.ts'
import { MAJOR, type Reader } from './reader.ts'
import { readTextBody } from './textBody.ts'

/**
 * Steps over one item of the Rust side, which has checked all of it before any type sees it: texts
 * are UTF-8, keys are sorted, floats and unassigned simple values do not occur; tags may.
 */
export function skipStrict(reader: Reader): void {
  const major = reader.head()
  if (major === MAJOR.bytes) {
    reader.at += reader.stringSize()
  } else if (major === MAJOR.text) {
    readTextBody(reader)
  } else if (major === MAJOR.list) {
    const count = reader.enterList()
    for (let i = 0; i < count; i++) skipStrict(reader)
    reader.leave()
  } else if (major === MAJOR.map) {
    skipPairs(reader)
  } else if (major === MAJOR.tag) {
    skipTagged(reader)
  } else if (major === MAJOR.simple && (reader.info < 20 || reader.info > 23)) {
    throw errors.malformed('float or unassigned simple value')
  }
}

function skipPairs(reader: Reader): void {
  const count = reader.enterMap()
  let last: Uint8Array | undefined
  for (let i = 0; i < count; i++) {
    const start = reader.at
    skipStrict(reader)
    const key = reader.bytes.subarray(start, reader.at)
    if (last !== undefined && compareItems(last, key) >= 0) throw errors.notSorted()
    last = key
    skipStrict(reader)
  }
  reader.leave()
}

/** A tag counts as a level of nesting. */
function skipTagged(reader: Reader): void {
  reader.deepen(1)
  skipStrict(reader)
  reader.leave()
}

/**
 * The order of the Rust side: the major type first, then as on the Go side. Keys of several major
 * types in one map do not occur in any type of the protocol.
 */
function compareItems(a: Uint8Array, b: Uint8Array): number {
  return (a[0]! >> 5) - (b[0]! >> 5) || a.length - b.length || compareBytes(a, b)
}
