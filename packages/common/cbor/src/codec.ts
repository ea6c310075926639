/** Encoding and decoding: the trust that a decoder has in its input is in its name. */

import { CodedError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { Reader, RULES, type Rules } from './reader.ts'
import type { Infer, Schema } from './schema.ts'
import { readOrDefault, zeroOf } from './structReader.ts'
import { written } from './writer.ts'

export type { Infer, Schema }

/** The canonical encoding of the Go side. */
export function encode<T>(schema: Schema<T>, value: T): Uint8Array {
  return written('go', schema, value)
}

/** The encoding of the Rust side: differs in which empty fields are dropped. */
export function encodeRust<T>(schema: Schema<T>, value: T): Uint8Array {
  return written('rust', schema, value)
}

/** A value, and where the next item begins. */
export interface Decoded<T> {
  readonly value: T
  readonly end: number
}

/** Adds the place to whatever a decoder threw. */
function located(error: unknown, reader: Reader): unknown {
  if (!(error instanceof CodedError)) return error
  const { module, code, reason, message } = error
  return new CodedError(module, code, reason, message, `at ${reader.path()}, byte ${reader.at}`)
}

function decodeFrom<T>(schema: Pick<Schema<T>, 'read'>, reader: Reader): T {
  try {
    return schema.read(reader)
  } catch (error) {
    throw located(error, reader)
  }
}

function decodeBy<T>(rules: Rules, schema: Schema<T>, bytes: Uint8Array | undefined): T {
  if (bytes === undefined) return zeroOf(schema)
  return decodeFrom(schema, new Reader(bytes, rules))
}

/**
 * The reference's untrusted mode: transactions, descriptors, genesis, anything from outside.
 * COMPAT(oasis-core): bytes after the item are ignored, and no input at all is the zero value.
 */
export function decode<T>(schema: Schema<T>, bytes: Uint8Array | undefined): T {
  return decodeBy(RULES.untrusted, schema, bytes)
}

/** The reference's mode of its own API and peers: as {@link decode}, unknown fields are ignored. */
export function decodeRpc<T>(schema: Schema<T>, bytes: Uint8Array | undefined): T {
  return decodeBy(RULES.rpc, schema, bytes)
}

/** The reference's mode of its own storage: also duplicate keys and larger counts are let pass. */
export function decodeTrusted<T>(schema: Schema<T>, bytes: Uint8Array | undefined): T {
  return decodeBy(RULES.trusted, schema, bytes)
}

/** The Rust side's mode: canonical form only, and nothing after the item. */
export function decodeRust<T>(schema: Schema<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes, RULES.rust)
  const value = decodeFrom({ read: (source) => readOrDefault(source, schema) }, reader)
  if (reader.at < reader.end) throw errors.trailingBytes(`at byte ${reader.at}`)
  return value
}

/** As {@link decode}, from `start` on; tells where the next of several items begins. */
export function decodeFirst<T>(schema: Schema<T>, bytes: Uint8Array, start = 0): Decoded<T> {
  const reader = new Reader(bytes, RULES.untrusted, start)
  return { value: decodeFrom(schema, reader), end: reader.at }
}

/** As {@link decodeTrusted}, from `start` on; tells where the next of several items begins. */
export function decodeFirstTrusted<T>(schema: Schema<T>, bytes: Uint8Array, start = 0): Decoded<T> {
  const reader = new Reader(bytes, RULES.trusted, start)
  return { value: decodeFrom(schema, reader), end: reader.at }
}

/** The zero value: what decoding nothing gives. */
export function zero<T>(schema: Schema<T>): T {
  return schema.zero
}

/** A value of the fields given, and zeros for all others. */
export function make<T extends object>(schema: Schema<T>, fields: Partial<T>): T {
  return { ...schema.zero, ...fields }
}
