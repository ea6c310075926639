/** JSON trees to values, as Go's encoding/json reads them. */

import { parseBase64 } from '@wadi/base/bytes'
import { errors, excerpt } from '../errors.ts'
import { keyedMap } from '../keyedMap.ts'
import type { AnySchema, FieldShape, Shape } from '../schema.ts'
import { zeroOf } from '../structReader.ts'
import { parseTime } from '../time.ts'
import { type Json, type JsonObject, jsonKind } from './text.ts'

type Values = Readonly<Record<string, unknown>>

/** Reads values and remembers the way to where reading failed. */
export class JsonDecoder {
  /** Innermost first; filled while a failure unwinds. */
  readonly steps: string[] = []

  decode(schema: AnySchema, json: Json): unknown {
    const { shape } = schema
    // COMPAT(encoding/json): null leaves what was there, which here is the zero value.
    if (json === undefined) return zeroOf(schema)
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
        return this.#bytes(json)
      case 'time':
        return parseTime(stringOf(json))
      case 'nilable':
        return this.decode(shape.inner, json)
      case 'fixedBytes':
        return this.#fixed(shape, json)
      case 'named':
        return integerNamed(shape.names, stringOf(json))
      case 'mapped':
        if (shape.text !== undefined) return shape.text.parse(stringOf(json))
        return shape.from(this.decode(shape.inner, json))
      default:
        return this.#parts(shape, json)
    }
  }

  #parts(shape: Shape, json: Json): unknown {
    switch (shape.kind) {
      case 'list':
        return this.#list(shape, json)
      case 'map':
        return this.#map(shape, json)
      case 'struct':
      case 'tuple':
        return this.#struct(shape.fields, json)
      case 'regrouped':
        return shape.fromFlat(this.decode(shape.inner, json))
      case 'union':
        return shape.fromFields(this.decode(shape.fields, json) as never)
      case 'versioned':
        return this.#versioned(shape, json)
      default:
        throw errors.noJsonForm(shape.kind)
    }
  }

  #bytes(json: Json): Uint8Array {
    if (typeof json === 'string') return parseBase64(json)
    if (!Array.isArray(json)) throw wrongType(json, 'base64')
    return Uint8Array.from(json, (item) =>
      item === undefined ? 0 : Number(parseInteger(BYTE, numberOf(item))),
    )
  }

  #fixed(shape: Shape & { kind: 'fixedBytes' }, json: Json): Uint8Array {
    if (shape.name !== undefined) {
      const text = stringOf(json)
      const bytes = shape.text === undefined ? parseBase64(text) : shape.text.parse(text)
      if (bytes.length !== shape.size) throw errors.wrongLength(`${shape.name} in JSON`)
      shape.check?.(bytes)
      return bytes
    }
    if (typeof json === 'string' || !Array.isArray(json)) throw wrongType(json, 'an array')
    const bytes = new Uint8Array(shape.size)
    bytes.set(this.#bytes(json.slice(0, shape.size)))
    return bytes
  }

  #list(shape: Shape & { kind: 'list' }, json: Json): readonly unknown[] {
    // COMPAT(encoding/json): a slice of eight-bit integers may also be one base64 text.
    if (shape.isByteString && typeof json === 'string') return Array.from(parseBase64(json))
    if (!Array.isArray(json)) throw wrongType(json, 'an array')
    if (json.length > shape.countMax) throw errors.tooMany(`${json.length} in an array`)
    return json.map((item, i) => this.#at(`[${i}]`, shape.item, item))
  }

  #map(shape: Shape & { kind: 'map' }, json: Json): unknown {
    const entries = objectOf(json).pairs.map(
      ([key, item]) =>
        [parseKey(shape.key, key), this.#at(`{${excerpt(key)}}`, shape.value, item)] as const,
    )
    return keyedMap(shape.key, entries)
  }

  #struct(fields: readonly FieldShape[], json: Json): Values {
    const byWire = new Map(fields.map((field) => [field.wire, field]))
    const byFolded = new Map(fields.map((field) => [folded(field.wire), field]))
    const values: Record<string, unknown> = {}
    const absent = new Set(fields.filter(({ schema }) => !schema.hasZero))
    for (const { name, schema } of fields) values[name] = schema.zero
    for (const [key, item] of objectOf(json).pairs) {
      const field = byWire.get(key) ?? byFolded.get(folded(key))
      if (field !== undefined && item !== undefined) {
        values[field.name] = this.#at(`.${field.wire}`, field.schema, item)
        absent.delete(field)
      }
    }
    for (const { wire } of absent) throw errors.missingField(wire)
    return values
  }

  #versioned(shape: Shape & { kind: 'versioned' }, json: Json): unknown {
    const version = objectOf(json).pairs.findLast(([key]) => key === 'v')?.[1]
    if (version === undefined) throw errors.missingVersion()
    const reader = shape.readers[Number(numberOf(version))]
    if (reader === undefined) throw errors.unknownVersion(excerpt(numberOf(version)))
    return this.decode(reader, json)
  }

  #at(step: string, schema: AnySchema, json: Json): unknown {
    try {
      return this.decode(schema, json)
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

function integerNamed(names: Readonly<Record<string, number>>, name: string): number {
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
