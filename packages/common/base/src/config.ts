/**
 * Configuration: each component declares one section; a program composes sections. The type, the
 * check and the documentation follow from the declaration. Reading files is for the shell.
 */

import { checkFallback, errors, isTable, type Option } from './configOption.ts'
import { assert } from './errors.ts'

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
  /** The values of a section as it stands in a file; what is missing takes its default. */
  check(raw: unknown): ConfigOf<T>
}

/** One line of the reference page, or of the effective configuration. */
export interface OptionRow {
  readonly path: string
  readonly form: string
  readonly doc: string
  /** The default as a person would write it; `undefined` where the option has to be set. */
  readonly fallback: string | undefined
}

/** The name of an option in a file: `listenAddress` is written `listen_address`. */
function toWireName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function checkOptions(path: string, options: Options, raw: unknown): Record<string, unknown> {
  if (raw !== undefined && !isTable(raw)) throw errors.badValue(`${path} must be a table`)
  const given = raw ?? {}
  const known = new Set(Object.keys(options).map(toWireName))
  const stranger = Object.keys(given).find((key) => !known.has(key))
  if (stranger !== undefined) throw errors.unknown(`${path}.${stranger}`)
  const values = Object.entries(options).map(([key, option]) => {
    const wireName = toWireName(key)
    const found = Object.hasOwn(given, wireName) ? given[wireName] : undefined
    const value = found === undefined ? option.fallback : option.read(found, `${path}.${wireName}`)
    if (value === undefined) throw errors.missing(`${path}.${wireName} (${option.form})`)
    return [key, value]
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
  const check = (raw: unknown) => checkOptions(name, options, raw) as ConfigOf<T>
  return { name, options, check }
}

type AnySection = Section<string, Options>

/** The rows of a section, in the order of its declaration. */
export function documentSection({ name, options }: AnySection): OptionRow[] {
  return Object.entries(options).map(([key, { form, doc, fallback, show }]) => ({
    path: `${name}.${toWireName(key)}`,
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
  readonly [S in T[number] as S['name']]: ReturnType<S['check']>
}

/** Several sections as one configuration. */
export interface Composition<T extends readonly AnySection[]> {
  readonly sections: T
  check(raw: unknown): ConfigOfSections<T>
}

/** What the section gets, and what of the file is left over for the others. */
function pick(raw: unknown, path: readonly string[]): unknown {
  let found = raw
  for (const part of path) found = isTable(found) ? found[part] : undefined
  return found
}

/** The paths of a file that no section owns, in words. */
function findStranger(raw: unknown, owned: readonly string[], path = ''): string | undefined {
  if (!isTable(raw)) return path
  for (const [key, value] of Object.entries(raw)) {
    const here = path === '' ? key : `${path}.${key}`
    if (owned.includes(here)) continue
    const isOnTheWay = owned.some((name) => name.startsWith(`${here}.`))
    const stranger = isOnTheWay ? findStranger(value, owned, here) : here
    if (stranger !== undefined) return stranger
  }
  return undefined
}

/** Composes sections. Two that own the same path stop the program. */
export function composeSections<const T extends readonly AnySection[]>(
  ...sections: T
): Composition<T> {
  const names = sections.map(({ name }) => name)
  for (const name of names) {
    const isDouble = names.filter((other) => other === name || other.startsWith(`${name}.`))
    assert(isDouble.length === 1, `the configuration of ${name} is declared twice`)
  }
  return {
    sections,
    check(raw) {
      const stranger = raw === undefined ? undefined : findStranger(raw, names)
      if (stranger !== undefined) throw errors.unknown(stranger === '' ? 'not a table' : stranger)
      const checked = sections.map((each) => [
        each.name,
        each.check(pick(raw, each.name.split('.'))),
      ])
      return Object.fromEntries(checked) as ConfigOfSections<T>
    },
  }
}
