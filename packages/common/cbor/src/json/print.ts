/** Values to JSON text, as Go's encoding/json prints them. */

import { toBase64 } from '@wadi/base/bytes'
import { errors } from '../errors.ts'
import type { KeyedMap } from '../keyedMap.ts'
import type { AnySchema, FieldShape, Shape } from '../schema.ts'
import { printTime } from '../time.ts'

type Values = Readonly<Record<string, unknown>>

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** COMPAT(encoding/json): what HTML could take for a tag is escaped, and line separators are. */
export function printString(text: string): string {
  const escaped = text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be escaped
    .replace(/["\\<>&\u0000-\u001f\u2028\u2029]/g, (mark) => {
      const short = ESCAPES[mark]
      return short ?? `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
  return `"${escaped}"`
}

/** Prints on one line, or with an indent of two. */
export class JsonPrinter {
  readonly #isIndented: boolean
  #depth = 0

  constructor(style: 'compact' | 'indented') {
    this.#isIndented = style === 'indented'
  }

  print(schema: AnySchema, value: unknown): string {
    const { shape } = schema
    switch (shape.kind) {
      case 'integer':
      case 'bool':
        return String(value)
      case 'float':
        return printFloat(value as number)
      case 'text':
        return printString(value as string)
      case 'bytes':
        return printString(toBase64(value as Uint8Array))
      case 'raw':
        return (value as Uint8Array).length === 0
          ? 'null'
          : printString(toBase64(value as Uint8Array))
      case 'time':
        return printString(printTime(value as bigint))
      case 'nilable':
        return value === undefined ? 'null' : this.print(shape.inner, value)
      case 'fixedBytes':
      case 'named':
        return this.#printNamed(shape, value)
      case 'mapped':
        if (shape.text !== undefined) return printString(shape.text.print(value))
        return this.print(shape.inner, shape.to(value))
      case 'versioned':
        return this.print(shape.latest, value)
      default:
        return this.#printParts(shape, value)
    }
  }

  #printNamed(shape: Shape & { kind: 'fixedBytes' | 'named' }, value: unknown): string {
    if (shape.kind === 'named') return printString(nameOf(shape.names, value))
    const bytes = value as Uint8Array
    if (shape.name === undefined) {
      return this.#printSeries('[', ']', Array.from(bytes, String))
    }
    return printString(shape.text === undefined ? toBase64(bytes) : shape.text.print(bytes))
  }

  #printParts(shape: Shape, value: unknown): string {
    switch (shape.kind) {
      case 'list':
        return this.#nested('[', ']', () =>
          (value as readonly unknown[]).map((item) => this.print(shape.item, item)),
        )
      case 'map':
        return this.#nested('{', '}', () =>
          this.#printPairs(shape, value as KeyedMap<unknown, unknown>),
        )
      case 'struct':
      case 'tuple':
        return this.#nested('{', '}', () => this.#printFields(shape.fields, value as Values))
      case 'regrouped':
        return this.print(shape.inner, shape.toFlat(value))
      case 'union':
        return this.print(shape.fields, shape.toFields(value as never))
      default:
        throw errors.noJsonForm(shape.kind)
    }
  }

  #printPairs(shape: Shape & { kind: 'map' }, map: KeyedMap<unknown, unknown>): string[] {
    const pairs = Array.from(map, ([key, value]) => ({ key: keyText(shape.key, key), value }))
    pairs.sort((a, b) => compareText(a.key, b.key))
    return pairs.map(({ key, value }) => this.#pair(key, shape.value, value))
  }

  #printFields(fields: readonly FieldShape[], values: Values): string[] {
    return fields.flatMap(({ name, wire, schema, omitsEmpty }) => {
      const value = values[name]
      return omitsEmpty && isEmptyInJson(schema, value) ? [] : [this.#pair(wire, schema, value)]
    })
  }

  #pair(key: string, schema: AnySchema, value: unknown): string {
    return `${printString(key)}${this.#isIndented ? ': ' : ':'}${this.print(schema, value)}`
  }

  #nested(open: string, close: string, parts: () => string[]): string {
    this.#depth++
    const inner = parts()
    this.#depth--
    return this.#printSeries(open, close, inner)
  }

  #printSeries(open: string, close: string, parts: readonly string[]): string {
    if (parts.length === 0 || !this.#isIndented) return open + parts.join(',') + close
    const outer = `\n${'  '.repeat(this.#depth)}`
    return `${open}${outer}  ${parts.join(`,${outer}  `)}${outer}${close}`
  }
}

function printFloat(value: number): string {
  if (!Number.isFinite(value)) throw errors.noJsonForm(String(value))
  return Object.is(value, -0) ? '-0' : String(value)
}

function nameOf(names: Readonly<Record<string, number | bigint>>, value: unknown): string {
  const named = Object.entries(names).find(([, integer]) => integer === value)
  if (named === undefined) throw errors.unknownName(String(value))
  return named[0]
}

/** The text of a map key. */
export function keyText(schema: AnySchema, key: unknown): string {
  const { shape } = schema
  switch (shape.kind) {
    case 'text':
      return key as string
    case 'integer':
      return String(key)
    case 'named':
      return nameOf(shape.names, key)
    case 'fixedBytes':
      if (shape.name === undefined) break
      return shape.text === undefined ? toBase64(key as Uint8Array) : shape.text.print(key as never)
    case 'mapped':
      return shape.text === undefined ? keyText(shape.inner, shape.to(key)) : shape.text.print(key)
    default:
      break
  }
  throw errors.noJsonForm(`map key ${shape.kind}`)
}

/** Order of Go strings: by code point, as their UTF-8 bytes are. */
function compareText(a: string, b: string): number {
  const pointsA = Array.from(a)
  const pointsB = Array.from(b)
  const at = pointsA.findIndex((point, i) => point !== pointsB[i])
  if (at < 0) return pointsA.length - pointsB.length
  return pointsB[at] === undefined ? 1 : pointsA[at]!.codePointAt(0)! - pointsB[at].codePointAt(0)!
}

/** COMPAT(encoding/json): its `omitempty` never drops a struct, whatever is in it. */
export function isEmptyInJson(schema: AnySchema, value: unknown): boolean {
  const { shape } = schema
  switch (shape.kind) {
    case 'integer':
    case 'float':
    case 'bool':
    case 'text':
    case 'bytes':
    case 'raw':
    case 'list':
    case 'map':
    case 'nilable':
    case 'fixedBytes':
      return schema.isEmpty(value)
    case 'named':
      return shape.inner.isEmpty(value)
    case 'mapped':
      if (shape.isEmptyInJson !== undefined) return shape.isEmptyInJson(value)
      return schema.isScalar && isEmptyInJson(shape.inner, shape.to(value))
    default:
      return false
  }
}
