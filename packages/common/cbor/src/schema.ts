import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/**
 * One wire type, declared once: its TypeScript type, both directions of the codec, its zero value,
 * and its shape as data, from which the JSON form and the generator of arbitrary values follow.
 */
export interface Schema<T> {
  readonly shape: Shape
  /** The reference's zero value: absent fields decode to it. It is shared: never write to it. */
  readonly zero: T
  /**
   * May the value be absent, or null? Not if it is a union, or has one for a part: the zero value
   * is only there then so that every schema has one.
   */
  readonly hasZero: boolean
  /**
   * COMPAT(fxamacker/cbor): in a map, null for a value of a scalar Go kind repeats the preceding
   * value, because the library reuses its variable. True for integers, floats, booleans and texts.
   */
  readonly isScalar: boolean
  /** Is the value dropped by `omitempty`? */
  isEmpty(value: T): boolean
  /** Is the value dropped from an optional field by the Rust side? */
  isEmptyInRust(value: T): boolean
  /** Called without `this`, as `read` is. */
  write(writer: Writer, value: T): void
  read(reader: Reader): T
}

/** The TypeScript type of a schema's values. */
export type Infer<S> = S extends Schema<infer T> ? T : never

/** A schema of whatever type: for places that only pass values through. */
export type AnySchema = Schema<unknown>

/** How a value is written as text: in JSON, and as a key of a JSON object. */
export interface TextForm<T> {
  print(value: T): string
  parse(text: string): T
}

declare const brand: unique symbol
/** `T`, and not exchangeable with another `T` of a different name. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A field of a struct as data. */
export interface FieldShape {
  /** The property of the TypeScript value. */
  readonly name: string
  /** The key on the wire and in JSON. */
  readonly wire: string
  readonly schema: AnySchema
  /** Dropped when empty? */
  readonly omitsEmpty: boolean
}

/** What a schema is, as data. */
export type Shape =
  | {
      readonly kind: 'integer'
      readonly bits: 8 | 16 | 32 | 64
      readonly signed: boolean
    }
  | { readonly kind: 'float' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'text' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'raw' }
  | { readonly kind: 'time' }
  | {
      readonly kind: 'fixedBytes'
      readonly name: string | undefined
      readonly size: number
      readonly text: TextForm<Uint8Array> | undefined
      /** Throws for bytes of the right length that are no such value. */
      readonly check: ((bytes: Uint8Array) => void) | undefined
    }
  | { readonly kind: 'nilable'; readonly inner: AnySchema }
  | {
      readonly kind: 'list'
      readonly item: AnySchema
      readonly countMax: number
      readonly isByteString: boolean
    }
  | { readonly kind: 'map'; readonly key: AnySchema; readonly value: AnySchema }
  | { readonly kind: 'struct'; readonly fields: readonly FieldShape[] }
  | {
      /** A struct with embedded structs, and the flat one that the wire shows. */
      readonly kind: 'regrouped'
      readonly inner: AnySchema
      readonly toFlat: (value: unknown) => unknown
      readonly fromFlat: (flat: unknown) => unknown
    }
  | { readonly kind: 'tuple'; readonly fields: readonly FieldShape[] }
  | {
      readonly kind: 'union'
      /** The struct of optional fields that the wire shows. */
      readonly fields: AnySchema
      readonly variants: Readonly<Record<string, AnySchema>>
      readonly toFields: (value: never) => unknown
      readonly fromFields: (fields: never) => unknown
    }
  | {
      readonly kind: 'rustEnum'
      readonly variants: Readonly<Record<string, AnySchema | 'unit' | number>>
    }
  | {
      readonly kind: 'named'
      readonly inner: AnySchema
      readonly names: Readonly<Record<string, number | bigint>>
    }
  | {
      readonly kind: 'mapped'
      readonly name: string
      readonly inner: AnySchema
      readonly from: (wire: unknown) => unknown
      readonly to: (value: unknown) => unknown
      readonly text: TextForm<unknown> | undefined
      /** Dropped from JSON by `omitempty`; absent: never. */
      readonly isEmptyInJson: ((value: unknown) => boolean) | undefined
    }
  | {
      readonly kind: 'versioned'
      readonly latest: AnySchema
      readonly readers: Readonly<Record<number, AnySchema>>
    }
