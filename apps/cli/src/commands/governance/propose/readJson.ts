import { CodedError } from '@wadi/base/errors'
import { parseJson, toJson } from '@wadi/cbor/json'
import type { Schema } from '@wadi/cbor/schema'
import { errors } from '../../../errors.ts'
import { readText } from '../../../terminal/files.ts'
import { parseObject } from '../../../words/jsonObject.ts'

/** Names that the schema does not have: whoever mistypes one proposes something else. */
function unknownNames(text: string, known: string): readonly string[] {
  const names = new Set(Object.keys(parseObject(known) ?? {}))
  return Object.keys(parseObject(text) ?? {}).filter((name) => !names.has(name))
}

/** The value in a file that somebody names. */
export function readJson<T>(schema: Schema<T>, path: string, what: string): T {
  const text = readText(path, what)
  try {
    const value = parseJson(schema, text)
    const [unknown] = unknownNames(text, toJson(schema, value))
    if (unknown === undefined) return value
    throw errors.badFile(`${path} is not ${what} (nobody knows ${unknown}); correct it`)
  } catch (error) {
    if (!(error instanceof CodedError) || error.reason === 'wadi.badFile') throw error
    throw errors.badFile(`${path} is not ${what} (${error.message}); correct it`)
  }
}
