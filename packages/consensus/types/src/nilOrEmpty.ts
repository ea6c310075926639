import type { Schema } from '@wadi/cbor/schema'
import { type Field, nilable, omitEmpty } from '@wadi/cbor/struct'

/**
 * A Go slice or map with `omitempty` of which some rule asks whether it is nil: nil and empty are
 * told apart when they are read, and neither is written.
 */
export function nilOrEmpty<T>(schema: Schema<T>): Field<T | undefined> {
  const isEmpty = (value: T | undefined) => value === undefined || schema.isEmpty(value)
  return omitEmpty({ ...nilable(schema), isEmpty, isEmptyInRust: isEmpty })
}
