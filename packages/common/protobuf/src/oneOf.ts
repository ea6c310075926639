/** A message of which exactly one field is set. */

import { unreachable } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { type Field, readTagged, writeTagged } from './message.ts'
import { type AnySchema, finished, type Schema, WIRE } from './schema.ts'

/** The fields of a union by kind. */
export type Variants = Readonly<Record<string, Field<unknown>>>

/** The value of a union: which variant, and its body. */
export type UnionValue<V> = {
  readonly [K in keyof V]: V[K] extends Field<infer T>
    ? { readonly kind: K; readonly body: T }
    : never
}[keyof V]

interface Variant {
  readonly kind: string
  readonly schema: AnySchema
  readonly tag: number
}

interface RawUnion {
  variant: Variant | undefined
  body: unknown
}

/**
 * A message that is nothing but a `oneof`. The last variant counts, as a whole: unlike other
 * messages it is not merged with one before. None at all is refused.
 */
export function oneOf<const V extends Variants>(variants: V): Schema<UnionValue<V>> {
  const byKind = new Map<string, Variant>()
  const byNumber = new Map<number, Variant>()
  for (const [kind, { number, schema }] of Object.entries(variants)) {
    const variant = { kind, schema, tag: number * 8 + schema.wire }
    byKind.set(kind, variant)
    byNumber.set(number, variant)
  }
  const schema: Schema<{ readonly kind: string; readonly body: unknown }> = {
    wire: WIRE.bytes,
    isMerged: true,
    start: (): RawUnion => ({ variant: undefined, body: undefined }),
    isZero: () => false,
    write(writer, { kind, body }) {
      const variant = byKind.get(kind)
      if (variant === undefined) unreachable(kind as never, 'protobuf: kind of a union')
      writeTagged(writer, variant, body)
    },
    read(reader, before) {
      const target = before as RawUnion
      while (reader.at < reader.end) {
        const variant = byNumber.get(reader.tag())
        if (variant === undefined) {
          reader.skip()
          continue
        }
        target.body = readTagged(reader, variant.schema, variant.schema.start())
        target.variant = variant
      }
      return target
    },
    finish(raw) {
      const { variant, body } = raw as RawUnion
      if (variant === undefined) throw errors.noVariant()
      return { kind: variant.kind, body: finished(variant.schema, body) }
    },
  }
  return schema as unknown as Schema<UnionValue<V>>
}
