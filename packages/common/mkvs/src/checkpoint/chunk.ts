/** A chunk as a file: entries of a proof of version 0, one CBOR item each, in a snappy stream. */

import { joinBytes } from '@wadi/base/bytes'
import { decodeFirst, encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { errors } from '../errors.ts'
import { CHUNK_BYTES_MAX, PROOF_ENTRIES_MAX } from '../limits.ts'
import type { Proof } from '../proof.ts'
import { decodeSnappy, encodeSnappy } from '../snappy/framing.ts'

type Entries = Proof['entries']

const Entry = nilable(bytes)

/** What names a chunk. */
export function digestOf(chunk: Uint8Array): Uint8Array {
  return sha512Trunc256(chunk)
}

/** The file of a chunk with these entries. */
export function encodeChunk(entries: Entries): Uint8Array {
  return encodeSnappy(joinBytes(entries.map((entry) => encode(Entry, entry))))
}

/** The entries of a chunk's file. */
export function decodeChunk(chunk: Uint8Array): Entries {
  if (chunk.length > CHUNK_BYTES_MAX) throw errors.badChunk('too large')
  const content = decodeSnappy(chunk, CHUNK_BYTES_MAX)
  const entries: (Uint8Array | undefined)[] = []
  for (let at = 0; at < content.length; ) {
    // An entry of one byte becomes an object of a hundred.
    if (entries.length === PROOF_ENTRIES_MAX) throw errors.badChunk('too many entries')
    const { value, end } = decodeFirst(Entry, content, at)
    entries.push(value)
    at = end
  }
  return entries
}
