/**
 * Configuration: each component declares one section; a program composes sections. The type, the
 * check and the documentation follow from the declaration. Reading files is for the shell.
 */

import { checkFallback, errors, isTable, type Option } from './configOption.ts'
import { describePlace } from './configPlace.ts'
import {
  environmentNameOf,
  filePlace,
  flagNameOf,
  type Override,
  readOverrides,
  type Sources,
} from './configSources.ts'
import { assert } from './errors.ts'
import { CONFIG_TEXT_SIZE_MAX } from './limits.ts'

type Options = Readonly<Record<string, Option<unknown>>>

/** The values of a section's options, by the names of the language. */
export type ConfigOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer Value> ? Value : never
}

/** What one component can be told. */
export interface Section<Name extends string, T> {
  /** The path of the section in the file: `consensus` or `common.log`. */
  readonly name: Name
  readonly options: T
  /**
   * The values of a section as it stands in a file, or beside it. What is missing takes its
   * default.
   */
  check(raw: unknown, sources?: Sources): ConfigOf<T>
}

/** One line of the reference page, or of the effective configuration. */
export interface OptionRow {
  readonly path: string
  readonly environment: string
  readonly flag: string
  readonly form: string
  readonly doc: string
  /** The default as a person would write it; `undefined` where the option has to be set. */
  readonly fallback: string | undefined
}

/** What a section is declared as. */
type AnySection = Pick<Section<string, Options>, 'name' | 'options'>

/** What stands beside the file, read. */
interface Values {
  readonly sources: Sources
  readonly overrides: ReadonlyMap<string, Override>
}

/** The name of an option in a file: `listenAddress` is written `listen_address`. */
function toWireName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The paths of a section's options. */
function pathsOf({ name, options }: AnySection): string[] {
  return Object.keys(options).map((key) => `${name}.${toWireName(key)}`)
}

function readText(option: Option<unknown>, { text, place }: Override): unknown {
  const isShort = text.length <= CONFIG_TEXT_SIZE_MAX
  return option.read(option.parse && isShort ? option.parse(text) : text, place)
}

function checkSection(section: AnySection, raw: unknown, from: Values): Record<string, unknown> {
  const { name, options } = section
  const say = (path: string): string => describePlace(filePlace(from.sources, path))
  if (raw !== undefined && !isTable(raw)) throw errors.badValue(`${say(name)} must be a table`)
  const given = raw ?? {}
  const known = new Set(Object.keys(options).map(toWireName))
  const stranger = Object.keys(given).find((key) => !known.has(key))
  if (stranger !== undefined) throw errors.unknown(say(`${name}.${stranger}`))
  const values = Object.entries(options).map(([key, option]) => {
    const wireName = toWireName(key)
    const path = `${name}.${wireName}`
    const override = from.overrides.get(path)
    if (override !== undefined) return [key, readText(option, override)]
    const found = Object.hasOwn(given, wireName) ? given[wireName] : undefined
    if (found !== undefined) return [key, option.read(found, filePlace(from.sources, path))]
    if (option.fallback === undefined) throw errors.missing(`${path} (${option.form})`)
    return [key, option.fallback]
  })
  return Object.fromEntries(values)
}

/** Declares the section of a component. */
export function section<const Name extends string, const T extends Options>(
  name: Name,
  options: T,
): Section<Name, T> {
  for (const [key, option] of Object.entries(options)) {
    checkFallback(`${name}.${toWireName(key)}`, option)
  }
  const check = (raw: unknown, sources: Sources = {}) => {
    const declared = { name, options }
    const overrides = readOverrides(sources, pathsOf(declared))
    return checkSection(declared, raw, { sources, overrides }) as ConfigOf<T>
  }
  return { name, options, check }
}

/** The rows of a section, in the order of its declaration. */
export function documentSection({ name, options }: AnySection): OptionRow[] {
  return Object.entries(options).map(([key, { form, doc, fallback, show }]) => ({
    path: `${name}.${toWireName(key)}`,
    environment: environmentNameOf(`${name}.${toWireName(key)}`),
    flag: flagNameOf(`${name}.${toWireName(key)}`),
    form,
    doc,
    fallback: fallback === undefined ? undefined : show(fallback),
  }))
}

/** The values of a section as they would be written: what a person is shown. */
export function showSection(
  { name, options }: AnySection,
  values: Readonly<Record<string, unknown>>,
): readonly (readonly [path: string, text: string])[] {
  return Object.entries(options).map(([key, option]) => [
    `${name}.${toWireName(key)}`,
    option.show(values[key]),
  ])
}

/** The checked values of several sections, by section name. */
type ConfigOfSections<T extends readonly AnySection[]> = {
  readonly [S in T[number] as S['name']]: ConfigOf<S['options']>
}

/** Several sections as one configuration. */
export interface Composition<T extends readonly AnySection[]> {
  readonly sections: T
  check(raw: unknown, sources?: Sources): ConfigOfSections<T>
}

/** What the section gets, and what of the file is left over for the others. */
function pick(raw: unknown, path: readonly string[]): unknown {
  let found = raw
  for (const part of path) found = isTable(found) ? found[part] : undefined
  return found
}

/** What a section gets of its part of the file: not what sections inside it own. */
function withoutInner(raw: unknown, name: string, names: readonly string[]): unknown {
  if (!isTable(raw)) return raw
  const isInner = (key: string) => names.some((inner) => isWithin(inner, `${name}.${key}`))
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !isInner(key)))
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`)
}

/** A path of a file that no section owns. What is directly in a section, that checks itself. */
function findStranger(raw: unknown, owned: readonly string[], path = ''): string | undefined {
  if (!isTable(raw)) return owned.includes(path) ? undefined : path
  for (const [key, value] of Object.entries(raw)) {
    const here = path === '' ? key : `${path}.${key}`
    const isOnTheWay = owned.some((name) => name.startsWith(`${here}.`))
    if (!isOnTheWay && (owned.includes(here) || owned.includes(path))) continue
    const stranger = isOnTheWay ? findStranger(value, owned, here) : here
    if (stranger !== undefined) return stranger
  }
  return undefined
}

/** Composes sections; one may be inside another. Two that own the same path stop the program. */
export function composeSections<const T extends readonly AnySection[]>(
  ...sections: T
): Composition<T> {
  const names = sections.map(({ name }) => name)
  const paths = sections.flatMap(pathsOf)
  for (const [i, name] of names.entries()) {
    const isTaken = names.indexOf(name) !== i || paths.some((path) => isWithin(name, path))
    assert(!isTaken, `the configuration of ${name} is declared twice`)
  }
  const variables = new Set(paths.map(environmentNameOf))
  assert(variables.size === paths.length, 'two options have the same variable')
  return {
    sections,
    check(raw, sources = {}) {
      const stranger = raw === undefined ? undefined : findStranger(raw, names)
      if (stranger === '') throw errors.unknown('not a table')
      if (stranger !== undefined) throw errors.unknown(describePlace(filePlace(sources, stranger)))
      const from = { sources, overrides: readOverrides(sources, paths) }
      const checked = sections.map((each) => [
        each.name,
        checkSection(each, withoutInner(pick(raw, each.name.split('.')), each.name, names), from),
      ])
      return Object.fromEntries(checked) as ConfigOfSections<T>
    },
  }
}
