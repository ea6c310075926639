/** The JSON form of Go's encoding/json: genesis documents, entity files, replies of the API. */

import { CodedError } from '@wadi/base/errors'
import { JsonDecoder } from './json/parse.ts'
import { JsonPrinter } from './json/print.ts'
import { readJson } from './json/text.ts'
import type { AnySchema, Schema } from './schema.ts'

/** JSON on one line. Fields are in the order of the schema, map keys in that of their texts. */
export function toJson<T>(schema: Schema<T>, value: T): string {
  return new JsonPrinter('compact').print(schema as AnySchema, value)
}

/** JSON with an indent of two: the canonical form of a genesis file, but for its last newline. */
export function toIndentedJson<T>(schema: Schema<T>, value: T): string {
  return new JsonPrinter('indented').print(schema as AnySchema, value)
}

/** The value that a JSON text stands for; unknown fields are ignored, absent ones are zero. */
export function parseJson<T>(schema: Schema<T>, text: string): T {
  const json = readJson(text)
  const decoder = new JsonDecoder()
  try {
    return decoder.decode(schema as AnySchema, json) as T
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { module, code, reason, message } = error
    throw new CodedError(module, code, reason, message, `at $${decoder.steps.reverse().join('')}`)
  }
}
