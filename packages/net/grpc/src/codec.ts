/** How messages become bytes: CBOR by schema, or bytes as they are. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decodeRpc, encode, type Schema } from '@wadi/cbor/codec'

/** One kind of message. What `decode` cannot read is a coded error. */
export interface Codec<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** Canonical CBOR, read in the reference's mode of its own API: unknown fields are ignored. */
export function cborCodec<T>(schema: Schema<T>): Codec<T> {
  return {
    encode: (value) => encode(schema, value),
    // COMPAT(oasis-core): no bytes at all are the zero value.
    decode: (bytes) => decodeRpc(schema, bytes.length === 0 ? undefined : bytes),
  }
}

/** Bytes that somebody else understands: recorded and relayed calls. */
export const rawCodec: Codec<Uint8Array> = { encode: (bytes) => bytes, decode: (bytes) => bytes }

/**
 * A message that says nothing. COMPAT(oasis-core): it has no bytes, and Go's clients refuse any;
 * what comes in its place is not looked at.
 */
export const nothing: Codec<undefined> = { encode: () => EMPTY_BYTES, decode: () => undefined }
