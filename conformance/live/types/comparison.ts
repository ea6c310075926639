/** Asks the reference's types and our schemas the same questions. */

import { execFileSync } from 'node:child_process'
import { parseHex, parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import type { AnySchema } from '@wadi/cbor/schema'
import {
  decodeSgxAttestation,
  decodeSgxConstraints,
  encodeSgxAttestation,
  encodeSgxConstraints,
} from '@wadi/consensus/registry/sgx'
import { Dice } from '../cbor/dice.ts'
import { schemaOf } from './schemas.ts'

/** A question, and what we say: the value as CBOR and perhaps as JSON in hexadecimal, or `!`. */
export interface Case {
  readonly name: string
  readonly form: 'cbor' | 'json'
  readonly input: string
  readonly own: string
}

/** A name that the Go program knows, with our schema. */
export type ComparedType = readonly [name: string, schema: AnySchema]

/** Every name that the Go program knows. */
export function comparedTypes(program: string): readonly ComparedType[] {
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
  // Newer than the published release.
  return 'batchSig' in versioned ? { ...versioned, batchSig: undefined } : versioned
}

const VERSIONS = [
  [/^primitives\.Entity$|Event\.entity\.entity$/, 2],
  [/^primitives\.Node$|Event\.node\.node$/, 3],
  [/^registry\.Sgx/, 1],
] as const

/** What Go cannot write as JSON, or writes in a way of its own that nobody asks for. */
const NO_JSON = new Set([
  'control.CommitteeStatus',
  'control.RuntimeStatus',
  'registry.SgxAttestation',
  'roothash.RoundRoots',
])

interface Codec {
  readonly decode: (input: Uint8Array) => unknown
  readonly encode: (value: never) => Uint8Array
}

/** Blobs whose older versions a function reads and writes. */
const CODECS: Readonly<Record<string, Codec>> = {
  'registry.SgxConstraints': { decode: decodeSgxConstraints, encode: encodeSgxConstraints },
  'registry.SgxAttestation': { decode: decodeSgxAttestation, encode: encodeSgxAttestation },
}

function reencode([name, schema]: ComparedType, input: Uint8Array): Uint8Array {
  const codec = CODECS[name]
  if (codec === undefined) return encode(schema, decode(schema, input))
  return codec.encode(codec.decode(input) as never)
}

function encodeAs([name, schema]: ComparedType, value: unknown): Uint8Array {
  return CODECS[name]?.encode(value as never) ?? encode(schema, value)
}

/** The question what an encoding is. */
export function cborCase(type: ComparedType, input: Uint8Array): Case {
  const own = orRefusal(() => toHex(reencode(type, input)))
  return { name: type[0], form: 'cbor', input: toHex(input), own }
}

/** The question what a JSON text is. */
export function jsonCase(type: ComparedType, text: string): Case {
  const own = orRefusal(() => toHex(encodeAs(type, parseJson(type[1], text))))
  return { name: type[0], form: 'json', input: toHex(toUtf8(text)), own }
}

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

/** The values of a type that can be asked about: as CBOR, and as JSON where there is one. */
export function formsOf([name, schema]: ComparedType, values: readonly unknown[]) {
  return values.map((any) => {
    const value = fitted(name, any)
    const json = NO_JSON.has(name) ? '!' : jsonOf(schema, value)
    const text = json === '!' ? undefined : parseUtf8(parseHex(json))
    const isOdd = text !== undefined && ODD_TEXT.test(text)
    return { bytes: encode(schema, value), text: isOdd ? undefined : text }
  })
}

/** Values of a type, as CBOR and as JSON. */
export function valueCases(type: ComparedType, values: readonly unknown[]): readonly Case[] {
  const [name, schema] = type
  return formsOf(type, values).flatMap(({ bytes, text }) => {
    if (text === undefined) return [cborCase(type, bytes)]
    const input = toHex(bytes)
    const json = toHex(toUtf8(text))
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

const TELLING_BYTES = parseHex('f6f7f4406080a0001820c05f9fbfffe0f8fb81a14161')

/** The encodings of values, with one or two bytes changed, dropped or put in. */
export function damagedCases(
  type: ComparedType,
  values: readonly unknown[],
  seed: number,
): readonly Case[] {
  const dice = new Dice(seed)
  return formsOf(type, values).map((form) => {
    const bytes = Array.from(form.bytes)
    for (let times = 1 + dice.roll(2); times > 0; times--) {
      const at = dice.roll(bytes.length)
      const byte = dice.roll(2) === 0 ? dice.pick(Array.from(TELLING_BYTES)) : dice.roll(256)
      const damage = dice.roll(3)
      if (damage === 0) bytes.splice(at, 0, byte)
      else if (damage === 1 && bytes.length > 1) bytes.splice(at, 1)
      else bytes[at] = byte
    }
    return cborCase(type, Uint8Array.from(bytes))
  })
}

interface Deviation {
  readonly why: string
  readonly is: (one: Case, go: string) => boolean
}

/** The text of what only we take. */
function takenText({ form, input, own }: Case, go: string): string {
  return form === 'json' && go === '!' && own !== '!' ? parseUtf8(parseHex(input)) : ''
}

function undoEscapes(text: string): string {
  const undone = (_: string, code: string) => String.fromCharCode(Number.parseInt(code, 16))
  return text.replaceAll(/\\u00([2-7][\da-f])/g, undone)
}

function undoEscapesInKeys(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"(?=\s*:)/g, undoEscapes)
}

const DELIBERATE: readonly Deviation[] = [
  {
    why: 'The names of invalid values of enumerations are read: the reference writes them, too.',
    is: (one, go) => /"invalid"/.test(undoEscapes(takenText(one, go))),
  },
  {
    why: 'A time may have escapes: the reference looks at the text before they are undone.',
    is: (one, go) => /"genesis_time"\s*:\s*"[^"]*\\u/iu.test(undoEscapesInKeys(takenText(one, go))),
  },
  {
    why: 'No validators are an empty map: null can come from the own state only, and does not.',
    is: ({ name, own }, go) =>
      name === 'scheduler.Validators' && own === 'a0' && go === 'f6 6e756c6c',
  },
]

/** The cases that the reference answers in another way, but for the deliberate ones. */
export function differences(program: string, cases: readonly Case[]): readonly object[] {
  const input = cases.map((one) => `${one.form} ${one.name} ${one.input}\n`).join('')
  const answers = execFileSync(program, { input, maxBuffer: 2 ** 30 })
    .toString()
    .split('\n')
  return cases.flatMap((one, i) => {
    const go = answers[i] ?? 'no answer'
    const isSame = go === one.own || go.startsWith(`${one.own} `)
    return isSame || DELIBERATE.some(({ is }) => is(one, go)) ? [] : [{ ...one, go }]
  })
}
