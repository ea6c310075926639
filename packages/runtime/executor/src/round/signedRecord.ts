/** The form in which a node keeps what it has signed. */

import { decode, encode, type Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import type { SignedRecord } from './input.ts'

const StoredRecord = struct({
  round: u64,
  batchHash: optional(Hash),
  ranks: list(u64),
  batch: omitEmpty(list(Hash)),
  votes: omitEmpty(list(Hash)),
})
type StoredRecord = Infer<typeof StoredRecord>

/** The bytes of a record. */
export function encodeRecord(record: SignedRecord): Uint8Array {
  const { batch = [], votes = [] } = record
  const stored: StoredRecord = { ...record, batch, votes }
  return encode(StoredRecord, stored)
}

/** Reads a record; what is none is refused. */
export function decodeRecord(bytes: Uint8Array): SignedRecord {
  return decode(StoredRecord, bytes)
}
