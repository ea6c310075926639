/** Schemas of messages: fields with numbers. */

import { assert, BugError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { FIELD_NUMBER_MAX, REPEATED_COUNT_MAX } from './limits.ts'
import type { Reader } from './reader.ts'
import { type AnySchema, finished, type Schema, WIRE } from './schema.ts'
import type { Writer } from './writer.ts'

declare const type: unique symbol

/** A place in a message. */
export interface Field<T> {
  readonly number: number
  readonly schema: AnySchema
  readonly presence: 'plain' | 'optional' | 'required' | 'repeated'
  readonly countMax: number
  readonly [type]?: T
}

/** What a message is made of. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** The value of a message: every property is present, an absent optional one as undefined. */
export type MessageValue<F> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never
}

const NONE: readonly unknown[] = Object.freeze([])

/** A scalar, left out when zero; or an `embedded` message, never left out. */
export function field<T>(number: number, schema: Schema<T>): Field<T> {
  return { number, schema: schema as AnySchema, presence: 'plain', countMax: 0 }
}

/** What is written even if there is nothing in it: gogoproto's `nullable=false`. */
export function embedded<T>(schema: Schema<T>): Schema<T> {
  return { ...schema, isZero: () => false }
}

/** A message that may be absent: undefined then. */
export function optional<T>(number: number, schema: Schema<T>): Field<T | undefined> {
  return { number, schema: schema as AnySchema, presence: 'optional', countMax: 0 }
}

/** A message that may be absent on the wire, but not in the program: refused then. */
export function required<T>(number: number, schema: Schema<T>): Field<T> {
  return { number, schema: schema as AnySchema, presence: 'required', countMax: 0 }
}

/** Any number of values; numbers are packed into one field. */
export function repeated<T>(
  number: number,
  schema: Schema<T>,
  { countMax = REPEATED_COUNT_MAX }: { readonly countMax?: number } = {},
): Field<readonly T[]> {
  return { number, schema: schema as AnySchema, presence: 'repeated', countMax }
}

/** A field, compiled. */
interface Place extends Field<unknown> {
  readonly name: string
  readonly tag: number
  readonly isPacked: boolean
}

type Raw = Record<string, unknown>

function placeOf(name: string, field: Field<unknown>): Place {
  const { number, schema, presence } = field
  assert(number > 0 && number <= FIELD_NUMBER_MAX, `protobuf: number of ${name}`)
  const isPacked = presence === 'repeated' && schema.wire !== WIRE.bytes
  const wire = isPacked ? WIRE.bytes : schema.wire
  return { ...field, name, tag: number * 8 + wire, isPacked }
}

/** Writes a value with its length, if it has one, and its tag: all from the end on. */
export function writeTagged(
  writer: Writer,
  place: Pick<Place, 'schema' | 'tag'>,
  value: unknown,
): void {
  const { schema, tag } = place
  const before = writer.size
  schema.write(writer, value)
  if (schema.wire === WIRE.bytes) writer.uint32(writer.size - before)
  writer.uint32(tag)
}

function writePlace(writer: Writer, place: Place, value: unknown): void {
  const { schema, presence } = place
  if (presence === 'plain') {
    if (!schema.isZero(value)) writeTagged(writer, place, value)
    return
  }
  if (presence !== 'repeated') {
    if (value !== undefined) writeTagged(writer, place, value)
    return
  }
  const values = value as readonly unknown[]
  if (!place.isPacked) {
    for (let i = values.length - 1; i >= 0; i--) writeTagged(writer, place, values[i])
  } else if (values.length > 0) {
    const before = writer.size
    for (let i = values.length - 1; i >= 0; i--) schema.write(writer, values[i])
    writer.uint32(writer.size - before)
    writer.uint32(place.tag)
  }
}

/** Reads the value of a field whose tag was read. */
export function readTagged(reader: Reader, schema: AnySchema, before: unknown): unknown {
  if (reader.wire !== schema.wire) throw errors.wrongWireType(`at byte ${reader.at}`)
  if (schema.wire !== WIRE.bytes) return schema.read(reader, before)
  const outer = reader.enter()
  const value = schema.read(reader, before)
  reader.end = outer
  return value
}

function push(list: unknown[], item: unknown, { countMax, name }: Place): void {
  if (list.length >= countMax) throw errors.tooMany(name)
  list.push(item)
}

function readRepeated(reader: Reader, place: Place, before: unknown): unknown {
  const { schema } = place
  const list = before === NONE ? [] : (before as unknown[])
  if (!place.isPacked || reader.wire !== WIRE.bytes) {
    push(list, readTagged(reader, schema, schema.start()), place)
    return list
  }
  const outer = reader.enter()
  const { end } = reader
  // COMPAT(gogoproto): the last number may go on behind the end of the packed field.
  reader.end = outer
  while (reader.at < end) push(list, schema.read(reader, undefined), place)
  return list
}

function readPlace(reader: Reader, place: Place, before: unknown): unknown {
  if (place.presence === 'repeated') return readRepeated(reader, place, before)
  const { schema } = place
  return readTagged(reader, schema, before === undefined ? schema.start() : before)
}

/** Does the raw value of a field differ from its value? */
function isRaw({ schema, presence }: Place): boolean {
  if (presence === 'required') return true
  return schema.finish !== undefined || (presence === 'plain' && schema.isMerged)
}

function finishPlace({ schema, presence, name }: Place, raw: unknown): unknown {
  if (presence === 'plain') return finished(schema, raw)
  if (raw === undefined && presence === 'optional') return undefined
  if (raw === undefined) throw errors.missingField(name)
  if (presence !== 'repeated') return finished(schema, raw)
  const list = raw as unknown[]
  for (let i = 0; i < list.length; i++) list[i] = finished(schema, list[i])
  return list
}

function startOf({ schema, presence }: Place): unknown {
  if (presence === 'repeated') return NONE
  return presence !== 'plain' || schema.isMerged ? undefined : schema.start()
}

/**
 * A message. Fields are written by their numbers; when one comes again, the last one counts,
 * except that messages are merged and lists grow.
 */
export function message<const F extends Fields>(fields: F): Schema<MessageValue<F>> {
  const places = Object.entries(fields).map(([name, field]) => placeOf(name, field))
  const ordered = places.toSorted((a, b) => b.number - a.number)
  const byNumber: (Place | undefined)[] = Array(1 + (ordered[0]?.number ?? 0)).fill(undefined)
  for (const place of places) {
    assert(byNumber[place.number] === undefined, `protobuf: number of ${place.name} is taken`)
    byNumber[place.number] = place
  }
  const template: Raw = Object.fromEntries(places.map((place) => [place.name, startOf(place)]))
  const raw = places.filter(isRaw)
  const finish = (value: unknown): unknown => {
    const target = value as Raw
    for (const place of raw) target[place.name] = finishPlace(place, target[place.name])
    return target
  }
  const schema: Schema<Raw> = {
    wire: WIRE.bytes,
    isMerged: true,
    start: () => ({ ...template }),
    isZero() {
      throw new BugError('protobuf: a message in a message is embedded or optional')
    },
    write(writer, value) {
      for (const place of ordered) writePlace(writer, place, value[place.name])
    },
    read(reader, before) {
      const target = before as Raw
      while (reader.at < reader.end) {
        const place = byNumber[reader.tag()]
        if (place === undefined) reader.skip()
        else target[place.name] = readPlace(reader, place, target[place.name])
      }
      return target
    },
    finish: raw.length === 0 ? undefined : (finish as (value: unknown) => Raw),
  }
  return schema as unknown as Schema<MessageValue<F>>
}
