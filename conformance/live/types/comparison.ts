/** Asks the reference's types and our schemas the same questions. */

import { execFileSync } from 'node:child_process'
import { parseHex, parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import type { AnySchema } from '@wadi/cbor/schema'
import { Dice } from '../cbor/dice.ts'
import { schemaOf } from './schemas.ts'

/** A question, and what we say: the value as CBOR and perhaps as JSON in hexadecimal, or `!`. */
export interface Case {
  readonly name: string
  readonly form: 'cbor' | 'json'
  readonly input: string
  readonly own: string
}

/** Every name that the Go program knows, with our schema. */
export function comparedTypes(program: string): readonly (readonly [string, AnySchema])[] {
  const names = execFileSync(program, { input: 'names\n' }).toString().trim().split(' ')
  return names.map((name) => {
    const schema = schemaOf(name)
    if (schema === undefined) throw new TypeError(`no schema ${name}`)
    return [name, schema] as const
  })
}

type Values = Readonly<Record<string, unknown>>

/** Descriptors have versions that exist, and nothing is there that the release does not know. */
function fitted(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value) || Symbol.iterator in value) return value
  const fields: Values = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, fitted(`${name}.${key}`, part)]),
  )
  const version = VERSIONS.find(([pattern]) => pattern.test(name))?.[1]
  const versioned = version === undefined ? fields : { ...fields, v: version }
  const isEmptyMap = (part: unknown) => (part as { size?: number } | undefined)?.size === 0
  const emptied = Object.entries(versioned).map(([key, part]) => [
    key,
    // Newer than the published release; and Go's encoder drops an empty map of changes.
    key === 'batchSig' || (CHANGES.test(name) && isEmptyMap(part)) ? undefined : part,
  ])
  return Object.fromEntries(emptied)
}

const CHANGES = /ParameterChanges$/
const VERSIONS = [
  [/^primitives\.Entity$|Event\.entity\.entity$/, 2],
  [/^primitives\.Node$|Event\.node\.node$/, 3],
  [/^registry\.Sgx/, 1],
] as const

/** What Go cannot write as JSON, or writes in a way of its own that nobody asks for. */
const NO_JSON = new Set(['registry.SgxAttestation', 'roothash.RoundRoots'])

function orRefusal(answer: () => string): string {
  try {
    return answer()
  } catch (error) {
    if (error instanceof CodedError) return '!'
    throw error
  }
}

function ownAnswer(schema: AnySchema, read: () => unknown): string {
  return orRefusal(() => {
    const value = read()
    return `${toHex(encode(schema, value))} ${jsonOf(schema, value)}`
  })
}

function jsonOf(schema: AnySchema, value: unknown): string {
  return orRefusal(() => toHex(toUtf8(toJson(schema, value))))
}

/** Values of a type, as CBOR and as JSON. */
export function valueCases(
  [name, schema]: readonly [string, AnySchema],
  values: readonly unknown[],
): readonly Case[] {
  return values.flatMap((any) => {
    const value = fitted(name, any)
    const bytes = encode(schema, value)
    const input = toHex(bytes)
    const json = jsonOf(schema, value)
    if (NO_JSON.has(name) || json === '!' || ODD_TEXT.test(toUtf8Text(json))) {
      return [{ name, form: 'cbor', input, own: toHex(encode(schema, decode(schema, bytes))) }]
    }
    const text = toUtf8Text(json)
    return [
      { name, form: 'cbor', input, own: ownAnswer(schema, () => decode(schema, bytes)) },
      { name, form: 'json', input: json, own: ownAnswer(schema, () => parseJson(schema, text)) },
    ] as const
  })
}

/**
 * Texts that are not unique or that Go cannot read back: masks with reserved roles, and the names
 * of the invalid values of enumerations, which we do read.
 */
const ODD_TEXT = /\[invalid roles\]|"invalid"/

function toUtf8Text(hex: string): string {
  return parseUtf8(parseHex(hex))
}

const TELLING_BYTES = parseHex('f6f7f4406080a0001820c05f9fbfffe0f8fb81a14161')

/** Read from the node's own state only, which has no null in this place; we take one for empty. */
const NOT_FROM_OUTSIDE = new Set(['scheduler.Validators'])

/** The encodings of values, with one or two bytes changed, dropped or put in. */
export function damagedCases(
  [name, schema]: readonly [string, AnySchema],
  values: readonly unknown[],
  seed: number,
): readonly Case[] {
  if (NOT_FROM_OUTSIDE.has(name)) return []
  const dice = new Dice(seed)
  return values.map((value) => {
    const bytes = Array.from(encode(schema, fitted(name, value)))
    for (let times = 1 + dice.roll(2); times > 0; times--) {
      const at = dice.roll(bytes.length)
      const byte = dice.roll(2) === 0 ? dice.pick(Array.from(TELLING_BYTES)) : dice.roll(256)
      const damage = dice.roll(3)
      if (damage === 0) bytes.splice(at, 0, byte)
      else if (damage === 1 && bytes.length > 1) bytes.splice(at, 1)
      else bytes[at] = byte
    }
    const input = Uint8Array.from(bytes)
    const own = orRefusal(() => toHex(encode(schema, decode(schema, input))))
    return { name, form: 'cbor', input: toHex(input), own }
  })
}

/** The cases that the reference answers in another way. */
export function differences(program: string, cases: readonly Case[]): readonly object[] {
  const input = cases.map((one) => `${one.form} ${one.name} ${one.input}\n`).join('')
  const answers = execFileSync(program, { input, maxBuffer: 2 ** 30 })
    .toString()
    .split('\n')
  return cases.flatMap((one, i) => {
    const go = answers[i] ?? 'no answer'
    return go === one.own || go.startsWith(`${one.own} `) ? [] : [{ ...one, go }]
  })
}
