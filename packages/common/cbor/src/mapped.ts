/** Schemas of types that show something else to the program than they show on the wire. */

import { errors } from './errors.ts'
import { MAJOR, type Reader } from './reader.ts'
import type { AnySchema, Schema, TextForm } from './schema.ts'
import { readFields } from './structReader.ts'

/** How a mapped type relates to the wire. */
export interface Mapping<W, T> {
  /** The type's name, for documents and messages. */
  readonly name: string
  /** Throws a coded error for what is no such value. */
  readonly from: (wire: W) => T
  readonly to: (value: T) => W
  /** How it looks in JSON and as a key of a JSON object; as the wire type does, unless told. */
  readonly jsonForm?: TextForm<T>
  /** Is it dropped by `omitempty`? If its wire form is empty, unless told. */
  readonly isEmpty?: (value: T) => boolean
  /** Does `omitempty` drop it from JSON? Never, unless told, if it stands for byte strings. */
  readonly isEmptyInJson?: (value: T) => boolean
  /**
   * COMPAT(fxamacker/cbor): a Go struct with a binary form of its own is also read from a map, of
   * which it has no fields. True for Quantity.
   */
  readonly isGoStruct?: boolean
}

/** A type that is written as another one. */
export function mapped<W, T>(wire: Schema<W>, mapping: Mapping<W, T>): Schema<T> {
  const { name, from, to, jsonForm, isEmptyInJson, isGoStruct } = mapping
  const isEmpty = mapping.isEmpty ?? ((value: T) => wire.isEmpty(to(value)))
  const zero = from(wire.zero)
  return {
    shape: {
      kind: 'mapped',
      name,
      inner: wire as AnySchema,
      from: from as (wire: unknown) => unknown,
      to: to as (value: unknown) => unknown,
      text: jsonForm as TextForm<unknown> | undefined,
      isEmptyInJson: isEmptyInJson as ((value: unknown) => boolean) | undefined,
    },
    zero,
    isScalar: wire.isScalar,
    hasZero: wire.hasZero,
    isEmpty,
    isEmptyInRust: mapping.isEmpty ?? ((value) => wire.isEmptyInRust(to(value))),
    write: (writer, value) => wire.write(writer, to(value)),
    read: isGoStruct
      ? (reader) => (readGoStruct(reader) ? zero : from(wire.read(reader)))
      : (reader) => from(wire.read(reader)),
  }
}

const NO_FIELDS = {
  fields: [],
  zero: {},
  required: [],
  indexOfWire: new Map<string, number>(),
  indexOfFolded: new Map<string, number>(),
}

/** Reads a map for a Go struct without fields, if there is one. */
function readGoStruct(reader: Reader): boolean {
  if (reader.rules.isRust) return false
  const major = (reader.bytes[reader.at] ?? 0) & 0xe0
  if (major === MAJOR.list) throw errors.wrongType('array instead of a byte string')
  if (major !== MAJOR.map) return false
  readFields(reader, NO_FIELDS)
  return true
}

/** A named enumeration: integers on the wire, names in JSON. */
export interface NamedInteger<T extends number | bigint, Names extends Readonly<Record<string, T>>>
  extends Schema<T> {
  /** The integers by name. */
  readonly names: Names
}

/**
 * Integers that have names.
 * COMPAT(oasis-core): an integer without a name is decoded like any other; the service refuses it.
 */
export function namedInteger<
  T extends number | bigint,
  const Names extends Readonly<Record<string, T>>,
>(integer: Schema<T>, names: Names): NamedInteger<T, Names> {
  return { ...integer, shape: { kind: 'named', inner: integer as AnySchema, names }, names }
}
