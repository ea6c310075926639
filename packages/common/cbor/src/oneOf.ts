/** Unions: a Go struct of pointers of which one is set, and a Rust enum. */

import { errors, excerpt } from './errors.ts'
import { MAJOR, type Reader } from './reader.ts'
import type { AnySchema, Infer, Schema } from './schema.ts'
import { optional, struct } from './struct.ts'
import { readOrDefault } from './structReader.ts'
import { readTextBody } from './textBody.ts'

/** The bodies of a union by kind. */
export type Variants = Readonly<Record<string, AnySchema>>

/** The value of a union: which variant, and its body. */
export type UnionValue<V> = {
  readonly [K in keyof V]: { readonly kind: K; readonly body: Infer<V[K]> }
}[keyof V]

interface AnyVariant {
  readonly kind: string
  readonly body: unknown
}

/**
 * A Go struct of pointers of which exactly one is set, as a union. The wire name of a variant is
 * the snake_case of its kind.
 *
 * The Go decoder takes any number of set pointers, none included, so that a union may also be left
 * out altogether. Here all of that is refused. Use this where more or fewer than
 * one cannot be said with a code of its own: events, results, what the state holds. Where a service
 * answers such input with its own code, as in the body of a transaction, use `struct` with
 * `optional` fields and let the service look.
 */
export function oneOf<const V extends Variants>(variants: V): Schema<UnionValue<V>> {
  const kinds = Object.keys(variants)
  const fields = struct(
    Object.fromEntries(Object.entries(variants).map(([kind, body]) => [kind, optional(body)])),
  )
  const toFields = ({ kind, body }: AnyVariant) => ({ ...fields.zero, [kind]: body })
  const fromFields = (values: Readonly<Record<string, unknown>>): AnyVariant => {
    const set = kinds.filter((kind) => values[kind] !== undefined)
    const [kind] = set
    if (kind === undefined) throw errors.noVariant()
    if (set.length > 1) throw errors.severalVariants(set.join(', '))
    return { kind, body: values[kind] }
  }
  const first = kinds[0]!
  const schema: Schema<AnyVariant> = {
    shape: { kind: 'union', fields: fields as AnySchema, variants, toFields, fromFields },
    zero: { kind: first, body: variants[first]!.zero },
    isScalar: false,
    hasZero: false,
    isEmpty: () => false,
    isEmptyInRust: () => false,
    write: (writer, value) => fields.write(writer, toFields(value)),
    read: (reader) => fromFields(fields.read(reader)),
  }
  return schema as unknown as Schema<UnionValue<V>>
}

/** A variant of a Rust enum that has no body and no braces: its name alone. */
export const UNIT = 'unit'

/** The bodies of a Rust enum by variant name; a number is a unit variant with that discriminant. */
export type RustVariants = Readonly<Record<string, AnySchema | typeof UNIT | number>>

/** The value of a Rust enum; a unit variant has the body undefined. */
export type RustEnumValue<V> = {
  readonly [K in keyof V]: {
    readonly kind: K
    readonly body: V[K] extends AnySchema ? Infer<V[K]> : undefined
  }
}[keyof V]

/**
 * A Rust enum. Kinds are the variant names as they are on the wire. A unit variant is its name as a
 * text, or its discriminant; any other is a map of one entry.
 */
export function rustEnum<const V extends RustVariants>(variants: V): Schema<RustEnumValue<V>> {
  const byName = new Map<string, AnySchema | typeof UNIT | number>(Object.entries(variants))
  const byNumber = new Map(
    Object.entries(variants).flatMap(([kind, body]) =>
      typeof body === 'number' ? [[body, kind] as const] : [],
    ),
  )
  const [first] = byName
  const [kind, body] = first!
  const schema: Schema<AnyVariant> = {
    shape: { kind: 'rustEnum', variants },
    zero: { kind, body: typeof body === 'object' ? body.zero : undefined },
    isScalar: false,
    hasZero: false,
    isEmpty: () => false,
    isEmptyInRust: () => false,
    write(writer, value) {
      const variant = byName.get(value.kind)
      if (variant === undefined) throw errors.unknownVariant(value.kind)
      if (typeof variant === 'number') {
        writer.head(MAJOR.unsigned, variant)
      } else if (variant === UNIT) {
        writer.text(value.kind)
      } else {
        writer.head(MAJOR.map, 1)
        writer.text(value.kind)
        variant.write(writer, value.body)
      }
    },
    read: (reader) => readVariant(reader, byName, byNumber),
  }
  return schema as unknown as Schema<RustEnumValue<V>>
}

function readVariant(
  reader: Reader,
  byName: ReadonlyMap<string, AnySchema | typeof UNIT | number>,
  byNumber: ReadonlyMap<number, string>,
): AnyVariant {
  const major = reader.head()
  if (major === MAJOR.unsigned) {
    const kind = byNumber.get(reader.argument)
    if (kind === undefined) throw errors.unknownVariant(String(reader.argument))
    return { kind, body: undefined }
  }
  if (major === MAJOR.text) {
    const kind = readTextBody(reader)
    if (byName.get(kind) !== UNIT) throw errors.unknownVariant(excerpt(kind))
    return { kind, body: undefined }
  }
  if (major !== MAJOR.map) throw noVariant(reader, major, 'a variant')
  if (reader.enterMap() !== 1) throw errors.severalVariants()
  const keyMajor = reader.head()
  if (keyMajor !== MAJOR.text) throw noVariant(reader, keyMajor, 'a variant name')
  const kind = readTextBody(reader)
  const body = byName.get(kind)
  if (typeof body !== 'object') throw errors.unknownVariant(excerpt(kind))
  try {
    const value = readOrDefault(reader, body)
    reader.leave()
    return { kind, body: value }
  } catch (error) {
    reader.addStep(`.${kind}`)
    throw error
  }
}

/** COMPAT(oasis-cbor): whatever is no variant is an unknown one, also of another type. */
function noVariant(reader: Reader, major: number, wanted: string) {
  return reader.rules.isRust ? errors.unknownVariant(wanted) : reader.wrongType(major, wanted)
}
