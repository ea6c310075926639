/** Tables of options: a section, a table inside it, an element of a list. */

import { type Declared, errors, isTable, type Option, option, refuse } from './configOption.ts'
import { describePlace, entryOf, type Place } from './configPlace.ts'
import type { Override } from './configSources.ts'
import { CONFIG_TEXT_SIZE_MAX } from './limits.ts'
import { nearestName } from './nearestName.ts'

/** Options by the names of the language. */
export type Options = Readonly<Record<string, Option<unknown>>>

/** The values of a section's options, by the names of the language. */
export type ConfigOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer Value> ? Value : never
}

/** What is known beside the table itself. */
export interface Around {
  /** What flags and the environment say, by path. */
  readonly overrides: ReadonlyMap<string, Override>
  /** The path of every option, to find one that was meant. */
  readonly known: readonly string[]
}

const NOTHING_AROUND: Around = { overrides: new Map(), known: [] }

/** The name of an option in a file: `listenAddress` is written `listen_address`. */
export function toWireName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The path of what is in a table; the outermost table has none. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** An option and where it stands. */
export interface Leaf {
  readonly path: string
  /** The names of the language on the way to it. */
  readonly keys: readonly string[]
  readonly option: Option<unknown>
}

/** Every option below a path, in the order of declaration; of the tables what is in them. */
export function leavesOf(path: string, options: Options): Leaf[] {
  return Object.entries(options).flatMap(([key, one]) => {
    const here = joinPath(path, toWireName(key))
    if (one.fields === undefined) return [{ path: here, keys: [key], option: one }]
    return leavesOf(here, one.fields).map((leaf) => ({ ...leaf, keys: [key, ...leaf.keys] }))
  })
}

/** What to do about a key that there is not. */
export function suggest(
  path: string,
  siblings: readonly string[],
  known: readonly string[],
): string {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const parent = path.slice(0, path.length - name.length)
  const nearest = nearestName(name, siblings)
  const elsewhere = known.find((each) => each.endsWith(`.${name}`))
  const meant = nearest === undefined ? elsewhere : parent + nearest
  return meant === undefined ? 'remove it' : `did you mean ${meant}?`
}

/** Refuses a key. */
export function refuseKey(at: Place, remedy: string): never {
  throw errors.unknown(`${describePlace(at)}: there is no such key; ${remedy}`)
}

function readOverride(of: Option<unknown>, { text, place }: Override): unknown {
  const isShort = text.length <= CONFIG_TEXT_SIZE_MAX
  return of.read(of.parse && isShort ? of.parse(text) : text, place)
}

interface Given {
  readonly raw: unknown
  readonly isNamed: boolean
}

function readOption(
  one: Option<unknown>,
  { raw, isNamed }: Given,
  at: Place,
  around: Around,
): unknown {
  if (one.fields !== undefined) return readFields(one.fields, raw, at, around)
  const override = around.overrides.get(at.path)
  if (override !== undefined) return readOverride(one, override)
  if (raw !== undefined) return one.read(raw, at)
  if (isNamed && one.ofNothing !== undefined) return one.ofNothing
  if (one.fallback === undefined && one.isOptional !== true)
    throw errors.missing(`${describePlace(at)} (${one.form})`)
  return one.fallback
}

/** The values of a table. What is missing takes its default. */
export function readFields(
  fields: Options,
  raw: unknown,
  at: Place,
  around: Around,
): Record<string, unknown> {
  if (raw !== undefined && !isTable(raw)) refuse(at, 'a table', raw)
  const given = raw ?? {}
  const names = Object.keys(fields).map(toWireName)
  const known = new Set(names)
  const stranger = Object.keys(given).find((key) => !known.has(key))
  if (stranger !== undefined) {
    const place = entryOf(at, stranger)
    refuseKey(place, suggest(place.path, names, around.known))
  }
  const values = Object.entries(fields).map(([key, one]) => {
    const name = toWireName(key)
    const isNamed = Object.hasOwn(given, name)
    const found = { raw: isNamed ? given[name] : undefined, isNamed }
    return [key, readOption(one, found, entryOf(at, name), around)]
  })
  return Object.fromEntries(values)
}

function showFields(fields: Options, values: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(fields)
    .filter(([key]) => values[key] !== undefined)
    .map(([key, { show }]) => `${toWireName(key)}: ${show(values[key])}`)
  return `{${entries.join(', ')}}`
}

function kindOf<const T extends Options>(fields: T) {
  const read = (raw: unknown, at: Place) => {
    if (!isTable(raw)) refuse(at, 'a table', raw)
    return readFields(fields, raw, at, NOTHING_AROUND) as ConfigOf<T>
  }
  const form = `a table of ${Object.keys(fields).map(toWireName).join(', ')}`
  return { form, read, show: (values: ConfigOf<T>) => showFields(fields, values) }
}

/** A table inside a section. Each of its options has a flag and a default of its own. */
export function group<const T extends Options>(fields: T): Option<ConfigOf<T>> {
  return { ...option(kindOf(fields), { doc: '' }), fields }
}

/** A table that is one value: the element of a list. */
export function record<const T extends Options>(
  fields: T,
  declared: Declared<ConfigOf<T>>,
): Option<ConfigOf<T>> {
  return option(kindOf(fields), declared)
}
