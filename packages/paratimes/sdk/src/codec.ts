/** Values as modules exchange them, and what is said of those that cannot be read. */

import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, type Schema } from '@wadi/cbor/codec'
import { errors } from '@wadi/cbor/errors'
import { raw } from '@wadi/cbor/scalars'

/** The encoding of nothing. */
export const NULL_VALUE: Uint8Array = Uint8Array.of(0xf6)

/** Any value, encoded: absent, null and undefined are null. */
export const value: Schema<Uint8Array> = { ...raw, zero: NULL_VALUE }

/** Rust's `()`: null. */
export const unit: Schema<undefined> = {
  shape: { kind: 'raw' },
  zero: undefined,
  isScalar: false,
  hasZero: true,
  isEmpty: () => true,
  isEmptyInRust: () => false,
  write: (writer) => writer.byte(NULL_VALUE[0]!),
  read(reader) {
    // Null and undefined have been taken by then, except in the middle of a list.
    if (reader.bytes[reader.at] !== NULL_VALUE[0]) throw errors.wrongType('anything but null')
    reader.at++
    return undefined
  },
}

/**
 * A type with a default of its own: null stands for it, although a part of it must not be absent.
 */
export function withDefault<T>(schema: Schema<T>, zero: NoInfer<T>): Schema<T> {
  return { ...schema, zero, hasZero: true }
}

/** How the Rust side names what it refuses. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['cbor.wrongType', 'unexpected type'],
  ['cbor.wrongLength', 'unexpected type'],
  ['cbor.missingField', 'missing field'],
  ['cbor.unknownField', 'unknown field'],
  ['cbor.unknownVariant', 'unknown field'],
  ['cbor.severalVariants', 'unknown field'],
  ['cbor.outOfRange', 'unexpected integer size'],
])
const PARSING_FAILED = 'parsing failed'

/** What came out of decoding. */
export type Decoding<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'refused'; readonly sentence: string }

/** Reads a value that is well-formed, as it was part of something that was. */
export function readValue<T>(schema: Schema<T>, bytes: Uint8Array): Decoding<T> {
  try {
    return { kind: 'value', value: decodeRust(schema, bytes) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { kind: 'refused', sentence: SENTENCES.get(error.reason) ?? PARSING_FAILED }
  }
}

/**
 * Reads bytes from outside.
 * COMPAT(oasis-cbor): all of them are looked at before any type is: what is not well-formed says
 * so, whatever else is wrong before it.
 */
export function readBytes<T>(schema: Schema<T>, bytes: Uint8Array): Decoding<T> {
  try {
    const decoded = decodeRust(schema, bytes)
    return { kind: 'value', value: decoded }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return isWellFormed(bytes)
      ? { kind: 'refused', sentence: SENTENCES.get(error.reason) ?? PARSING_FAILED }
      : { kind: 'refused', sentence: PARSING_FAILED }
  }
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    decodeRust(raw, bytes)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}

/** The encoding of a result, of an event, or of whatever is stored. */
export function encodeValue<T>(schema: Schema<T>, content: T): Uint8Array {
  return encodeRust(schema, content)
}
