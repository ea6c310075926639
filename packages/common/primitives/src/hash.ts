import { parseBase64, parseHex, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import type { Schema, TextForm } from '@wadi/cbor/schema'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'

/** SHA-512/256 has so many bytes. */
export const HASH_SIZE = 32

/**
 * Hexadecimal text of bytes of a size.
 * COMPAT(oasis-core): base64 is accepted too, as some genesis documents of old have it.
 */
export function hexForm(size: number): TextForm<Uint8Array> {
  const hex = /^[\da-fA-F]*$/
  return {
    print: toHex,
    parse: (text) =>
      text.length === 2 * size && hex.test(text) ? parseHex(text) : parseBase64(text),
  }
}

/** A SHA-512/256 digest. */
export type Hash = FixedBytes<'Hash'>
export const Hash = bytesOf('Hash', HASH_SIZE, { jsonForm: hexForm(HASH_SIZE) })

/** The hash of bytes. */
export function hashOfBytes(bytes: Uint8Array): Hash {
  return sha512Trunc256(bytes) as Hash
}

/** The hash of a value: that of its canonical encoding. */
export function hashOf<T>(schema: Schema<T>, value: T): Hash {
  return hashOfBytes(encode(schema, value))
}

/** The hash of nothing, which stands for "none" in block headers and trees. */
export const EMPTY_HASH: Hash = hashOfBytes(new Uint8Array(0))
