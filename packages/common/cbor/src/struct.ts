/** Schemas of structs: maps with known text keys, and arrays with known places. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { STRUCT_FIELD_COUNT_MAX } from './limits.ts'
import { MAJOR, NULL, type Reader } from './reader.ts'
import type { AnySchema, FieldShape, Infer, Schema } from './schema.ts'
import { readField, readFields, zeroOf } from './structReader.ts'
import type { Writer } from './writer.ts'

/** A schema together with how a struct treats it. */
export interface Field<T> {
  readonly schema: Schema<T>
  readonly omitsEmpty: boolean
  /** The wire name, when it does not follow from the TypeScript name. */
  readonly wire: string | undefined
  /** Are the fields of this struct fields of the outer one on the wire? */
  readonly isFlat: boolean
}

/** What a struct is made of: schemas, or fields with a modifier. */
export type Fields = Readonly<Record<string, AnySchema | Field<unknown>>>

/** The type of one member of {@link Fields}. */
export type FieldValue<F> = F extends Field<infer T> ? T : Infer<F>

/** The value of a struct: every property is present, an absent optional one as undefined. */
export type StructValue<F> = { readonly [K in keyof F]: FieldValue<F[K]> }

function isField(field: AnySchema | Field<unknown>): field is Field<unknown> {
  return 'omitsEmpty' in field
}

function toField(field: AnySchema | Field<unknown>): Field<unknown> {
  if (isField(field)) return field
  return { schema: field, omitsEmpty: false, wire: undefined, isFlat: false }
}

/** Go's `omitempty`: dropped on the wire when empty there, zero when absent. */
export function omitEmpty<T>(schema: Schema<T>): Field<T> {
  return { schema, omitsEmpty: true, wire: undefined, isFlat: false }
}

/** A Go pointer with `omitempty`: undefined when absent. */
export function optional<T>(schema: Schema<T>): Field<T | undefined> {
  return omitEmpty(nilable(schema))
}

/** Dropped when empty by the Go side only: the Rust side writes the field always. */
export function omitEmptyInGo<T>(schema: Schema<T>): Field<T> {
  return omitEmpty({ ...schema, isEmptyInRust: () => false })
}

/** Dropped when empty by the Rust side only: the Go side writes the field always. */
export function omitEmptyInRust<T>(schema: Schema<T>): Field<T> {
  return omitEmpty({ ...schema, isEmpty: () => false })
}

/** The field under a wire name that is not the snake_case of its TypeScript name. */
export function named<T>(wire: string, field: Schema<T> | Field<T>): Field<T> {
  return { ...(toField(field as AnySchema | Field<unknown>) as Field<T>), wire }
}

/** A Go embedded struct: one property here, its fields among those of the outer struct there. */
export function flatten<T>(schema: Schema<T>): Field<T> {
  return { schema, omitsEmpty: false, wire: undefined, isFlat: true }
}

/**
 * A value that may be nil, written as null: a Go pointer, or a slice or map of which nil and empty
 * are told apart.
 */
export function nilable<T>(inner: Schema<T>): Schema<T | undefined> {
  return {
    shape: { kind: 'nilable', inner: inner as AnySchema },
    zero: undefined,
    isScalar: false,
    hasZero: true,
    isEmpty: (value) => value === undefined,
    isEmptyInRust: (value) => value === undefined,
    write(writer, value) {
      if (value === undefined) writer.byte(NULL)
      else inner.write(writer, value)
    },
    read(reader) {
      if (!reader.isNil()) return inner.read(reader)
      reader.at++
      return undefined
    },
  }
}

/** The wire name of a TypeScript name: minTransfer → min_transfer. */
export function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function fieldShape([name, given]: readonly [string, AnySchema | Field<unknown>]): FieldShape {
  const { schema, omitsEmpty, wire } = toField(given)
  return { name, wire: wire ?? wireName(name), schema, omitsEmpty }
}

/**
 * A struct with a field per property, in any order: the wire has its own.
 *
 * A field is a schema (always present), or one under a modifier: {@link omitEmpty},
 * {@link optional}, {@link named}, {@link flatten}.
 */
export function struct<const F extends Fields>(fields: F): Schema<StructValue<F>> {
  const entries = Object.entries(fields)
  const isFlat = entries.some(([, field]) => toField(field).isFlat)
  const schema = isFlat ? nestedStruct(entries) : plainStruct(entries.map(fieldShape))
  return schema as Schema<StructValue<F>>
}

type Values = Readonly<Record<string, unknown>>

/** A field as the writer and the reader want it. */
export interface CompiledField extends FieldShape {
  /** Its key, encoded. */
  readonly key: Uint8Array
  readonly read: (reader: Reader) => unknown
  readonly write: (writer: Writer, value: unknown) => void
}

/** A struct as the writer and the reader want it. */
export interface CompiledStruct {
  /** In canonical order. */
  readonly fields: readonly CompiledField[]
  readonly zero: Values
  /** Fields that may not be absent, as indices. */
  readonly required: readonly number[]
  readonly indexOfWire: ReadonlyMap<string, number>
  readonly indexOfFolded: ReadonlyMap<string, number>
}

function encodedText(text: string): Uint8Array {
  const body = toUtf8(text)
  const head = body.length < 24 ? [MAJOR.text | body.length] : [MAJOR.text | 24, body.length]
  return Uint8Array.from([...head, ...body])
}

/** Canonical order of two encoded keys. */
function compareEncoded(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

function compileField({ name, wire, schema, omitsEmpty }: FieldShape): CompiledField {
  const { read, write } = schema
  return { name, wire, schema, omitsEmpty, key: encodedText(wire), read, write }
}

function compile(shapes: readonly FieldShape[]): CompiledStruct {
  assert(shapes.length <= STRUCT_FIELD_COUNT_MAX, `struct: ${shapes.length} fields`)
  const fields = shapes.map(compileField).sort((a, b) => compareEncoded(a.key, b.key))
  const indexOfWire = new Map(fields.map(({ wire }, i) => [wire, i]))
  const indexOfFolded = new Map(fields.map(({ wire }, i) => [wire.toLowerCase(), i]))
  assert(indexOfFolded.size === fields.length, 'struct: two fields differ in case only')
  const zero = Object.fromEntries(shapes.map(({ name, schema }) => [name, schema.zero]))
  const required = [...fields.keys()].filter((i) => !fields[i]!.schema.hasZero)
  return { fields, zero, required, indexOfWire, indexOfFolded }
}

function plainStruct(shapes: readonly FieldShape[]): Schema<Values> {
  const compiled = compile(shapes)
  const { fields, zero } = compiled
  const isDroppable = shapes.every(({ omitsEmpty }) => omitsEmpty)
  return {
    shape: { kind: 'struct', fields: shapes },
    zero,
    isScalar: false,
    hasZero: compiled.required.length === 0,
    // COMPAT(fxamacker/cbor): a struct is empty when each field, recursively, is dropped.
    isEmpty: (value) =>
      isDroppable && fields.every(({ name, schema }) => schema.isEmpty(value[name])),
    // COMPAT(oasis-cbor): a struct is never empty.
    isEmptyInRust: () => false,
    write: (writer, value) => writeFields(writer, fields, value),
    read: (reader) => readFields(reader, compiled),
  }
}

function isDropped(writer: Writer, field: FieldShape, value: unknown): boolean {
  if (!field.omitsEmpty) return false
  const { schema } = field
  return writer.dialect === 'go' ? schema.isEmpty(value) : schema.isEmptyInRust(value)
}

function writeFields(writer: Writer, fields: readonly CompiledField[], value: Values): void {
  let count = fields.length
  const isShort = count < 24
  if (!isShort) {
    for (const field of fields) if (isDropped(writer, field, value[field.name])) count--
  }
  const headAt = writer.at
  writer.head(MAJOR.map, count)
  let written = 0
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!
    const part = value[field.name]
    if (isDropped(writer, field, part)) continue
    writer.raw(field.key)
    field.write(writer, part)
    written++
  }
  // How many fields stay is known at the end only; the head of a short map has one size.
  if (isShort) writer.bytes[headAt] = MAJOR.map | written
}

/** A property of a struct with embedded ones, and how it appears among the flat fields. */
interface Group {
  readonly name: string
  readonly shapes: readonly FieldShape[]
  /** From the property to its flat fields, and back. */
  readonly spread: (value: unknown) => Values
  readonly gather: (values: Values) => unknown
}

function groupOf([name, given]: readonly [string, AnySchema | Field<unknown>]): Group {
  const { schema, isFlat } = toField(given)
  const { shape } = schema
  if (!isFlat) {
    const shapes = [fieldShape([name, given])]
    return { name, shapes, spread: (value) => ({ [name]: value }), gather: (all) => all[name] }
  }
  const isRegrouped = shape.kind === 'regrouped'
  const flat = isRegrouped ? shape.inner.shape : shape
  assert(flat.kind === 'struct', 'flatten: not a struct')
  const pairs = flat.fields.map((field) => ({ from: field.name, to: `${name}.${field.name}` }))
  return {
    name,
    shapes: flat.fields.map((field) => ({ ...field, name: `${name}.${field.name}` })),
    spread(value) {
      const inner = (isRegrouped ? shape.toFlat(value) : value) as Values
      return Object.fromEntries(pairs.map(({ from, to }) => [to, inner[from]]))
    },
    gather(values) {
      const inner = Object.fromEntries(pairs.map(({ from, to }) => [from, values[to]]))
      return isRegrouped ? shape.fromFlat(inner) : inner
    },
  }
}

/** A struct with embedded ones: a plain struct on the wire, regrouped on both ways. */
function nestedStruct(entries: readonly (readonly [string, AnySchema | Field<unknown>])[]) {
  const groups = entries.map(groupOf)
  const flat = plainStruct(groups.flatMap(({ shapes }) => shapes))
  const toFlat = (value: Values): Values =>
    Object.assign({}, ...groups.map(({ name, spread }) => spread(value[name])))
  const fromFlat = (values: Values): Values =>
    Object.fromEntries(groups.map(({ name, gather }) => [name, gather(values)]))
  return regrouped(flat, toFlat, fromFlat)
}

function regrouped(
  flat: Schema<Values>,
  toFlat: (value: Values) => Values,
  fromFlat: (values: Values) => Values,
): Schema<Values> {
  return {
    ...flat,
    shape: {
      kind: 'regrouped',
      inner: flat as AnySchema,
      toFlat: toFlat as (value: unknown) => unknown,
      fromFlat: fromFlat as (value: unknown) => unknown,
    },
    zero: fromFlat(flat.zero),
    isEmpty: (value) => flat.isEmpty(toFlat(value)),
    write: (writer, value) => flat.write(writer, toFlat(value)),
    read: (reader) => fromFlat(flat.read(reader)),
  }
}

/** A struct that the wire shows as an array, with a place for each field in the order given. */
export function arrayStruct<const F extends Readonly<Record<string, AnySchema>>>(
  fields: F,
): Schema<StructValue<F>> {
  const shapes = Object.entries(fields).map(fieldShape)
  const zero: Values = Object.fromEntries(shapes.map(({ name, schema }) => [name, schema.zero]))
  const hasZero = shapes.every(({ schema }) => schema.hasZero)
  const schema: Schema<Values> = {
    shape: { kind: 'tuple', fields: shapes },
    zero,
    isScalar: false,
    hasZero,
    isEmpty: () => false,
    isEmptyInRust: () => false,
    write(writer, value) {
      writer.head(MAJOR.list, shapes.length)
      for (const { name, schema } of shapes) schema.write(writer, value[name])
    },
    read(reader) {
      const major = reader.head()
      return reader.wasNil(major) ? zeroOf(schema) : readPlaces(reader, major, shapes)
    },
  }
  return schema as Schema<StructValue<F>>
}

function readPlaces(reader: Reader, major: number, shapes: readonly FieldShape[]): Values {
  // COMPAT(oasis-cbor): it reads the places that there are before it counts them.
  const { isRust } = reader.rules
  if (major !== MAJOR.list || (reader.argument !== shapes.length && !isRust)) {
    throw reader.wrongType(major, `an array of ${shapes.length}`)
  }
  const count = reader.enterList()
  const values: Record<string, unknown> = {}
  for (const [i, field] of shapes.entries()) {
    if (i >= count) throw errors.missingField(field.wire)
    values[field.name] = readField(reader, field)
  }
  if (count > shapes.length) throw errors.unknownField(`place ${shapes.length}`)
  reader.leave()
  return values
}
