/** JSON trees to values, as Go's encoding/json reads them. */

import { parseBase64 } from '@wadi/base/bytes'
import { errors, excerpt } from '../errors.ts'
import { type KeyedMap, keyedMap } from '../keyedMap.ts'
import { JSON_FIELD_REPEAT_MAX } from '../limits.ts'
import type { AnySchema, FieldShape, Shape } from '../schema.ts'
import { zeroOf } from '../structReader.ts'
import { parseTime } from '../time.ts'
import { type Json, type JsonObject, jsonKind } from './text.ts'

/** What null makes nil in Go. */
const NIL_KINDS: ReadonlySet<Shape['kind']> = new Set(['nilable', 'list', 'map', 'bytes', 'raw'])

type Values = Readonly<Record<string, unknown>>

/** Reads values and remembers the way to where reading failed. */
export class JsonDecoder {
  /** Innermost first; filled while a failure unwinds. */
  readonly steps: string[] = []

  /**
   * COMPAT(encoding/json): a field that is there twice is read into what its first value left:
   * `before`, which is the zero value otherwise. Null leaves it, but where Go has a nil.
   */
  decode(schema: AnySchema, json: Json, before: unknown = schema.zero): unknown {
    const { shape } = schema
    if (json === undefined) {
      const zero = zeroOf(schema)
      return NIL_KINDS.has(shape.kind) ? zero : before
    }
    switch (shape.kind) {
      case 'integer':
        return parseInteger(shape, numberOf(json))
      case 'float':
        return Number(numberOf(json))
      case 'bool':
        if (typeof json !== 'boolean') throw wrongType(json, 'a boolean')
        return json
      case 'text':
        return stringOf(json)
      case 'bytes':
      case 'raw':
        return this.#bytes(json, before as Uint8Array)
      case 'time':
        return parseTime(stringOf(json))
      case 'nilable':
        return this.decode(shape.inner, json, before)
      case 'fixedBytes':
        return this.#fixed(shape, json, before as Uint8Array)
      case 'named':
        return integerNamed(shape.names, stringOf(json))
      case 'mapped':
        if (shape.text !== undefined) return shape.text.parse(stringOf(json))
        return shape.from(this.decode(shape.inner, json, shape.to(before)))
      default:
        return this.#parts(shape, json, before)
    }
  }

  #parts(shape: Shape, json: Json, before: unknown): unknown {
    switch (shape.kind) {
      case 'list':
        return this.#list(shape, json, before as readonly unknown[])
      case 'map':
        return this.#map(shape, json, before as KeyedMap<unknown, unknown>)
      case 'struct':
      case 'tuple':
        return this.#struct(shape.fields, json, before as Values)
      case 'regrouped':
        return shape.fromFlat(this.decode(shape.inner, json, shape.toFlat(before)))
      case 'union':
        return shape.fromFields(this.decode(shape.fields, json) as never)
      case 'versioned':
        // COMPAT(oasis-core): the Go types tell their versions apart in CBOR only.
        return this.decode(shape.latest, json, before)
      default:
        throw errors.noJsonForm(shape.kind)
    }
  }

  #bytes(json: Json, before: Uint8Array): Uint8Array {
    if (typeof json === 'string') return parseBase64(json)
    if (!Array.isArray(json)) throw wrongType(json, 'base64')
    return Uint8Array.from(json, (item, i) =>
      item === undefined ? (before[i] ?? 0) : Number(parseInteger(BYTE, numberOf(item))),
    )
  }

  #fixed(shape: Shape & { kind: 'fixedBytes' }, json: Json, before: Uint8Array): Uint8Array {
    if (shape.name !== undefined) {
      const text = stringOf(json)
      const bytes = shape.text === undefined ? parseBase64(text) : shape.text.parse(text)
      if (bytes.length !== shape.size) throw errors.wrongLength(`${shape.name} in JSON`)
      shape.check?.(bytes)
      return bytes
    }
    if (typeof json === 'string' || !Array.isArray(json)) throw wrongType(json, 'an array')
    const bytes = new Uint8Array(shape.size)
    bytes.set(this.#bytes(json.slice(0, shape.size), before))
    return bytes
  }

  #list(
    shape: Shape & { kind: 'list' },
    json: Json,
    before: readonly unknown[],
  ): readonly unknown[] {
    // COMPAT(encoding/json): a slice of eight-bit integers may also be one base64 text.
    if (shape.isByteString && typeof json === 'string') return Array.from(parseBase64(json))
    if (!Array.isArray(json)) throw wrongType(json, 'an array')
    if (json.length > shape.countMax) throw errors.tooMany(`${json.length} in an array`)
    return json.map((item, i) => this.#at(`[${i}]`, shape.item, item, before[i]))
  }

  #map(shape: Shape & { kind: 'map' }, json: Json, before: KeyedMap<unknown, unknown>): unknown {
    const entries = objectOf(json).pairs.map(
      ([key, item]) =>
        [parseKey(shape.key, key), this.#at(`{${excerpt(key)}}`, shape.value, item)] as const,
    )
    return keyedMap(shape.key, [...before, ...entries])
  }

  #struct(fields: readonly FieldShape[], json: Json, before: Values): Values {
    const { byWire, byFolded } = namesOf(fields)
    const values: Record<string, unknown> = { ...before }
    const counts = new Map<FieldShape, number>()
    const absent = new Set(fields.filter(({ schema }) => !schema.hasZero))
    for (const [key, item] of objectOf(json).pairs) {
      const field = byWire.get(key) ?? byFolded.get(folded(key))
      if (field === undefined || (item === undefined && !field.schema.hasZero)) continue
      const count = (counts.get(field) ?? 0) + 1
      if (count > JSON_FIELD_REPEAT_MAX) throw errors.duplicateKey(`${field.wire}, ${count} times`)
      counts.set(field, count)
      values[field.name] = this.#at(`.${field.wire}`, field.schema, item, values[field.name])
      absent.delete(field)
    }
    for (const { wire } of absent) throw errors.missingField(wire)
    return values
  }

  #at(step: string, schema: AnySchema, json: Json, before?: unknown): unknown {
    try {
      return this.decode(schema, json, before)
    } catch (error) {
      this.steps.push(step)
      throw error
    }
  }
}

/**
 * COMPAT(encoding/json): Go folds by Unicode, where K, k and the Kelvin sign are one letter, and S,
 * s and the long s. Lower case makes the first three one, but leaves the long s.
 */
function folded(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's')
}

/** The fields of a struct by name. */
interface FieldNames {
  readonly byWire: ReadonlyMap<string, FieldShape>
  readonly byFolded: ReadonlyMap<string, FieldShape>
}

const knownNames = new WeakMap<readonly FieldShape[], FieldNames>()

/** PERF: made once for each struct: a list of small objects is read three times as fast. */
function namesOf(fields: readonly FieldShape[]): FieldNames {
  const known = knownNames.get(fields)
  if (known !== undefined) return known
  const names = {
    byWire: new Map(fields.map((field) => [field.wire, field])),
    byFolded: new Map(fields.map((field) => [folded(field.wire), field])),
  }
  knownNames.set(fields, names)
  return names
}

const BYTE = { kind: 'integer', bits: 8, signed: false } as const

function wrongType(json: Json, wanted: string) {
  return errors.wrongJsonType(`${jsonKind(json)} instead of ${wanted}`)
}

function stringOf(json: Json): string {
  if (typeof json !== 'string') throw wrongType(json, 'a string')
  return json
}

function numberOf(json: Json): string {
  if (typeof json === 'object' && 'digits' in json) return json.digits
  throw wrongType(json, 'a number')
}

function objectOf(json: Json): JsonObject {
  if (typeof json === 'object' && 'pairs' in json) return json
  throw wrongType(json, 'an object')
}

function integerNamed(
  names: Readonly<Record<string, number | bigint>>,
  name: string,
): number | bigint {
  const integer = Object.hasOwn(names, name) ? names[name] : undefined
  if (integer === undefined) throw errors.unknownName(excerpt(name))
  return integer
}

/** COMPAT(encoding/json): an integer has neither a fraction nor an exponent. */
function parseInteger(shape: Shape & { kind: 'integer' }, digits: string): number | bigint {
  const { bits, signed } = shape
  const pattern = signed ? /^-?\d{1,20}$/ : /^\d{1,20}$/
  if (!pattern.test(digits)) throw errors.wrongJsonType(`${excerpt(digits)} as an integer`)
  const value = BigInt(digits)
  const wrapped = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  if (wrapped !== value) throw errors.outOfRange(`${digits} does not fit ${bits} bits`)
  return bits === 64 ? value : Number(value)
}

function parseKey(schema: AnySchema, text: string): unknown {
  const { shape } = schema
  switch (shape.kind) {
    case 'text':
      return text
    case 'integer':
      // COMPAT(encoding/json): a key is parsed on its own, leading zeros and all.
      return parseInteger(shape, text.replace(/^(-?)0+(?=\d)/, '$1'))
    case 'named':
      return integerNamed(shape.names, text)
    case 'fixedBytes':
      return new JsonDecoder().decode(schema, text)
    case 'mapped':
      if (shape.text !== undefined) return shape.text.parse(text)
      return shape.from(parseKey(shape.inner, text))
    default:
      throw errors.noJsonForm(`map key ${shape.kind}`)
  }
}
