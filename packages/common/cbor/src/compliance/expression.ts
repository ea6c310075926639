/**
 * Types written as expressions, so that programs in different languages can be asked about the
 * same type: a name of {@link BASES}, `*T` for a pointer, `[T]` for a slice, `<K:V>` for a map and
 * `{name:T,name?:T}` for a struct, in which `?` stands for `omitempty`.
 *
 * The Go program under conformance/live/cbor/main.go understands the same expressions.
 */

import { parseBase64, parseHex, toHex } from '@wadi/base/bytes'
import { assert, definePlainErrors } from '@wadi/base/errors'
import { list, mapOf } from '../collections.ts'
import { namedInteger } from '../mapped.ts'
import { natural } from '../natural.ts'
import * as scalars from '../scalars.ts'
import type { AnySchema, TextForm } from '../schema.ts'
import {
  arrayStruct,
  type Field,
  flatten,
  named,
  nilable,
  omitEmpty,
  optional,
  struct,
} from '../struct.ts'

const { bytes, bytesOf, u8, u16, u64, text } = scalars

const errors = definePlainErrors('cborExpression', {
  reservedFlags: 'reserved flags of a namespace',
})

const HEX: TextForm<Uint8Array> = {
  print: toHex,
  parse: (value) => (/^[\da-fA-F]{64}$/.test(value) ? parseHex(value) : parseBase64(value)),
}

const Namespace = bytesOf('Namespace', 32, {
  jsonForm: HEX,
  check(value) {
    const hasReserved = (value[0]! & 0x3f) !== 0 || value.subarray(1, 8).some((byte) => byte !== 0)
    if (hasReserved) throw errors.reservedFlags()
  },
})

const Kind = namedInteger(u8, { one: 1, two: 2 })
const Inner = struct({ id: u64, name: omitEmpty(text) })

const BASES: Readonly<Record<string, AnySchema>> = {
  u8,
  u16,
  u32: scalars.u32,
  u64,
  i8: scalars.i8,
  i16: scalars.i16,
  i32: scalars.i32,
  i64: scalars.i64,
  bool: scalars.bool,
  text,
  bytes: nilable(bytes) as AnySchema,
  raw: scalars.raw as AnySchema,
  float: scalars.float64,
  time: scalars.time,
  fixed4: scalars.fixedBytes(4) as AnySchema,
  hash: bytesOf('Hash', 32, { jsonForm: HEX }) as AnySchema,
  key: bytesOf('PublicKey', 32) as AnySchema,
  ns: Namespace as AnySchema,
  quantity: natural as AnySchema,
  kind: Kind,
  outer: struct({ v: u16, inner: flatten(Inner), extra: omitEmpty(u8) }) as AnySchema,
  pair: arrayStruct({ left: u64, right: nilable(bytes) as AnySchema }) as AnySchema,
}

/** Reads a type expression. */
class Expression {
  readonly #text: string
  #at = 0

  constructor(expression: string) {
    this.#text = expression
  }

  read(): AnySchema {
    switch (this.#text[this.#at]) {
      case '*':
        this.#at++
        return nilable(this.read()) as AnySchema
      case '[':
        return this.#list()
      case '<':
        return this.#map()
      case '{':
        return this.#struct()
      default: {
        const base = BASES[this.#name()]
        assert(base !== undefined, `no type in ${this.#text}`)
        return base
      }
    }
  }

  #name(): string {
    const start = this.#at
    while (!'*[]<>{}:,?'.includes(this.#text[this.#at] ?? ',')) this.#at++
    return this.#text.slice(start, this.#at)
  }

  /** A slice of Go may be nil; one of bytes is a byte string. */
  #list(): AnySchema {
    this.#at++
    const item = this.read()
    this.#at++
    if (item === u8) return BASES['bytes']!
    const isBytes = item === (Kind as AnySchema)
    return nilable(isBytes ? scalars.byteList(Kind) : list(item)) as AnySchema
  }

  #map(): AnySchema {
    this.#at++
    const key = this.read()
    this.#at++
    const value = this.read()
    this.#at++
    return nilable(mapOf(key, value)) as AnySchema
  }

  #struct(): AnySchema {
    this.#at++
    const fields: Record<string, Field<unknown>> = {}
    while (this.#text[this.#at] !== '}') {
      if (this.#text[this.#at] === ',') this.#at++
      const wire = this.#name()
      const omits = this.#text[this.#at] === '?'
      this.#at += omits ? 2 : 1
      const isPointer = this.#text[this.#at] === '*'
      const schema = this.read()
      fields[wire] = named(wire, omits ? omittable(schema, isPointer) : schema)
    }
    this.#at++
    return struct(fields) as AnySchema
  }
}

/** A pointer is dropped when nil; a slice or map of Go when nil or empty. */
function omittable(schema: AnySchema, isPointer: boolean): AnySchema | Field<unknown> {
  const { shape } = schema
  if (shape.kind !== 'nilable') return omitEmpty(schema)
  return isPointer ? optional(shape.inner) : omitEmpty(shape.inner)
}

/** The schema of a type expression. */
export function schemaOf(expression: string): AnySchema {
  return new Expression(expression).read()
}
