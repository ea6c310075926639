/** Random values of a schema, for property tests. The only entry that needs fast-check. */

import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { encode } from '../codec.ts'
import { keyedMap } from '../keyedMap.ts'
import { u64 } from '../scalars.ts'
import type { AnySchema, FieldShape, Schema, Shape } from '../schema.ts'

const COUNT_MAX = 4
/** So many known values come on one that is not known. */
const KNOWN_WEIGHT = 4

/** Values that mean something where they are used, by the names of their types. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>

/**
 * Any value of the schema: empty parts, extreme integers and absent pointers included. Where a type
 * has known values, most are of these.
 */
export function arbitrary<T>(schema: Schema<T>, known: KnownValues = {}): fc.Arbitrary<T> {
  return anyOf(schema as AnySchema, known) as fc.Arbitrary<T>
}

/** Some values of the schema, the same for the same seed. */
export function sample<T>(
  schema: Schema<T>,
  count: number,
  seed: number,
  known: KnownValues = {},
): readonly T[] {
  return fc.sample(arbitrary(schema, known), { numRuns: count, seed })
}

function anyOf({ shape }: AnySchema, known: KnownValues): fc.Arbitrary<unknown> {
  const name = 'name' in shape ? shape.name : undefined
  const values = name === undefined ? [] : (known[name] ?? [])
  const any = anyOfShape(shape, known)
  if (values.length === 0) return any
  const ours = { weight: KNOWN_WEIGHT, arbitrary: fc.constantFrom(...values) }
  return fc.oneof(ours, { weight: 1, arbitrary: any })
}

function anyOfShape(shape: Shape, known: KnownValues): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'integer':
      return anyInteger(shape)
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'bool':
      return fc.boolean()
    case 'text':
      return fc.string({ unit: 'grapheme', maxLength: 30 })
    case 'bytes':
      return fc.uint8Array({ maxLength: 80 })
    case 'fixedBytes':
      return anyFixed(shape)
    case 'raw':
      return fc.bigInt(0n, 0xffff_ffffn).map((value) => encode(u64, value))
    case 'time':
      return fc.bigInt(-62_135_596_800n, 253_402_300_799n)
    case 'named':
      return fc.constantFrom(...Object.values(shape.names))
    default:
      return anyParts(shape, known)
  }
}

function anyParts(shape: Shape, known: KnownValues): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'nilable':
      return fc.option(anyOf(shape.inner, known), { nil: undefined })
    case 'list':
      return fc.array(anyOf(shape.item, known), { maxLength: Math.min(COUNT_MAX, shape.countMax) })
    case 'map':
      return fc
        .array(fc.tuple(anyOf(shape.key, known), anyOf(shape.value, known)), {
          maxLength: COUNT_MAX,
        })
        .map((entries) => keyedMap(shape.key, entries))
    case 'struct':
    case 'tuple':
      return anyFields(shape.fields, known)
    case 'regrouped':
      return anyOf(shape.inner, known).map(shape.fromFlat)
    case 'versioned':
      return anyOf(shape.latest, known)
    case 'mapped':
      return anyMapped(shape, known)
    case 'union':
    case 'rustEnum':
      return anyVariant(shape.variants, known)
    default:
      throw new TypeError(`no values of ${shape.kind}`)
  }
}

/** Random bytes; what the type refuses loses its first bytes until it is a value. */
function anyFixed(shape: Shape & { kind: 'fixedBytes' }): fc.Arbitrary<unknown> {
  const { size, check } = shape
  return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => {
    let zeros = 0
    while (check !== undefined && zeros < size && isRefused(() => check(bytes))) {
      zeros = Math.max(1, 2 * zeros)
      bytes.fill(0, 0, zeros)
    }
    return bytes
  })
}

/** Does `make` throw a coded error? */
function isRefused(make: () => unknown): boolean {
  try {
    make()
    return false
  } catch (error) {
    if (error instanceof CodedError) return true
    throw error
  }
}

/** Integers of each size on the wire, not only large ones. */
function anyInteger(shape: Shape & { kind: 'integer' }): fc.Arbitrary<unknown> {
  const { bits, signed } = shape
  const end = 2n ** BigInt(signed ? bits - 1 : bits)
  const sizes = [24n, 2n ** 8n, 2n ** 16n, 2n ** 32n, 2n ** 53n, end].filter((size) => size <= end)
  const magnitude = fc.oneof(...sizes.map((size) => fc.bigInt(0n, size - 1n)))
  const integer = signed
    ? fc.tuple(magnitude, fc.boolean()).map(([value, flips]) => (flips ? -1n - value : value))
    : magnitude
  return bits === 64 ? integer : integer.map(Number)
}

function anyFields(fields: readonly FieldShape[], known: KnownValues): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(fields.map((field) => [field.name, anyField(field, known)]))
  return fc.record(values, { noNullPrototype: true })
}

/**
 * What is dropped when empty is often empty, and then what it is read as: some fields have two
 * empty values, of which one does not come back.
 */
function anyField({ schema, omitsEmpty }: FieldShape, known: KnownValues): fc.Arbitrary<unknown> {
  const full = anyOf(schema, known)
  if (!omitsEmpty) return full
  const written = full.map((value) => (schema.isEmpty(value) ? schema.zero : value))
  return schema.isEmpty(schema.zero)
    ? fc.oneof(fc.constant(schema.zero), written, written)
    : written
}

/** Values of the wire type that are values of the mapped one, too. */
function anyMapped(
  { inner, from }: Shape & { kind: 'mapped' },
  known: KnownValues,
): fc.Arbitrary<unknown> {
  return anyOf(inner, known)
    .filter((wire) => !isRefused(() => from(wire)))
    .map(from)
}

function anyVariant(
  variants: Readonly<Record<string, AnySchema | 'unit' | number>>,
  known: KnownValues,
): fc.Arbitrary<unknown> {
  return fc.oneof(
    ...Object.entries(variants).map(([kind, body]) =>
      (typeof body === 'object' ? anyOf(body, known) : fc.constant(undefined)).map((value) => ({
        kind,
        body: value,
      })),
    ),
  )
}
