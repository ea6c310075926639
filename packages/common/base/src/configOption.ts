/** The kinds of options of a configuration: each parses, shows and documents a value. */

import { describePlace, entryOf, type Place, partOf, placeAt } from './configPlace.ts'
import { assert, definePlainErrors } from './errors.ts'
import { CONFIG_LIST_COUNT_MAX, CONFIG_TEXT_SIZE_MAX } from './limits.ts'
import { Secret } from './secret.ts'

export const errors = definePlainErrors('config', {
  badValue: 'an option has a value that it cannot have',
  missing: 'an option without a default is not set',
  unknown: 'there is no such option',
})

/** One option: how its value is read and shown, and what a person is told about it. */
export interface Option<T> {
  readonly doc: string
  /** What values look like, in words. */
  readonly form: string
  /** `undefined` where the option has to be set. */
  readonly fallback: T | undefined
  /** Has it neither a flag nor a variable? */
  readonly isInFileOnly?: true
  /** May it stay without a value? Then `undefined` is one. */
  readonly isOptional?: true
  /** The value where a file names the option and gives it none, if not the default. */
  readonly ofNothing?: T
  /** The options of a table that is part of a section. */
  readonly fields?: Readonly<Record<string, Option<unknown>>>
  /** The value of what stands in a file, a flag or the environment. Throws with the place in it. */
  read(raw: unknown, at: Place): T
  /** What a text of a flag or the environment would be in a file, where that is no text. */
  parse?(text: string): unknown
  /** The value as it would be written. */
  show(value: T): string
}

/** What is said of every option. */
export interface Declared<T> {
  readonly doc: string
  readonly default?: T
}

interface Kind<T> {
  readonly form: string
  readonly ofNothing?: T
  read(raw: unknown, at: Place): T
  parse?(text: string): unknown
  show(value: T): string
}

/** An option of a kind. */
export function option<T>(kind: Kind<T>, { doc, default: fallback }: Declared<T>): Option<T> {
  return { ...kind, doc, fallback }
}

const EXCERPT_SIZE = 40

function describeRaw(raw: unknown): string {
  if (typeof raw === 'string') return `"${raw.slice(0, EXCERPT_SIZE)}"`
  if (typeof raw === 'object' && raw !== null) return Array.isArray(raw) ? 'a list' : 'a table'
  return raw === undefined || raw === null ? 'nothing' : String(raw).slice(0, EXCERPT_SIZE)
}

/** Says what would be right in place of what is there. */
export function refuse(at: Place, form: string, raw: unknown): never {
  throw errors.badValue(`${describePlace(at)}: must be ${form}, not ${describeRaw(raw)}`)
}

/** The text that is there; also of a number or a word, as somebody wrote it. */
export function readText(raw: unknown, at: Place, form: string): string {
  const written = typeof raw === 'string' ? raw : at.writtenAs?.(at.path)
  const isShort = written !== undefined && written.length <= CONFIG_TEXT_SIZE_MAX
  return isShort ? written : refuse(at, form, raw)
}

/** A text as a file would have it: in quotes where it would not be read as a text without. */
export function showText(value: string): string {
  const isPlain = /^[\w./+=][\w./:@+=-]*$/.test(value) && !value.endsWith(':')
  const isOther = /^([-+.]?\d[\w.+-]*|null|true|false|yes|no|on|off|y|n)$/i.test(value)
  return isPlain && !isOther ? value : JSON.stringify(value)
}

/** Any text. */
export function text(declared: Declared<string>): Option<string> {
  const form = 'a text'
  return option({ form, read: (raw, at) => readText(raw, at, form), show: showText }, declared)
}

/** A text that nobody may see: neither the effective configuration nor an error shows it. */
export function secret(declared: Declared<Secret<string>>): Option<Secret<string>> {
  const form = 'a text'
  const read = (raw: unknown, at: Place) => {
    const isShort = typeof raw === 'string' && raw.length <= CONFIG_TEXT_SIZE_MAX
    if (!isShort) throw errors.badValue(`${describePlace(at)}: must be ${form} of bounded size`)
    return new Secret(raw)
  }
  return option({ form, read, show: String }, declared)
}

// COMPAT(oasis-core): its YAML library takes the words of YAML 1.1 where a flag is expected.
const YES = /^([Tt]rue|TRUE|[Yy]|[Yy]es|YES|[Oo]n|ON)$/
const NO = /^([Ff]alse|FALSE|[Nn]|[Nn]o|NO|[Oo]ff|OFF)$/

/** `true` or `false`. */
export function flag(declared: Declared<boolean>): Option<boolean> {
  const form = 'true or false'
  const read = (raw: unknown, at: Place) => {
    if (typeof raw === 'boolean') return raw
    if (typeof raw === 'string' && YES.test(raw)) return true
    return typeof raw === 'string' && NO.test(raw) ? false : refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}

interface Range {
  readonly min?: number
  readonly max?: number
}

/** A whole number that fits a JavaScript number. */
export function integer(declared: Declared<number> & Range): Option<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = declared
  const form = `a whole number from ${min} to ${max}`
  const read = (raw: unknown, at: Place) => {
    const isWritten = typeof raw === 'string' && /^-?\d{1,16}$/.test(raw)
    const value = isWritten ? Number(raw) : raw
    const isInside = Number.isSafeInteger(value) && (value as number) >= min
    return isInside && (value as number) <= max ? (value as number) : refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}

const PORT_MAX = 65_535

/** A TCP or UDP port; 0 lets the system choose. */
export function port(declared: Declared<number>): Option<number> {
  return integer({ ...declared, max: PORT_MAX })
}

interface Capitals {
  /** May words be written with other capitals too? */
  readonly capitals?: 'any'
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  declared: Declared<NoInfer<Word>> & Capitals,
): Option<Word> {
  const form = `one of ${words.join(', ')}`
  const read = (raw: unknown, at: Place) => {
    const isLoose = declared.capitals === 'any' && typeof raw === 'string'
    const written = isLoose ? raw.toLowerCase() : raw
    return words.find((word) => word === written) ?? refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}

/** Any number of values of one kind; with commas between them where all is one text. */
export function list<T>(of: Option<T>, declared: Declared<readonly T[]>): Option<readonly T[]> {
  const form = `a list, each ${of.form}`
  const read = (raw: unknown, at: Place) => {
    const isShort = Array.isArray(raw) && raw.length <= CONFIG_LIST_COUNT_MAX
    if (!isShort) return refuse(at, form, raw)
    return raw.map((item: unknown, i) => of.read(item, partOf(at, `[${i}]`)))
  }
  const show = (values: readonly T[]) => `[${values.map((value) => of.show(value)).join(', ')}]`
  const parse = (written: string): unknown => (written === '' ? [] : written.split(','))
  return option({ form, ofNothing: [], read, parse, show }, declared)
}

interface Adding {
  /** Are entries added to those of the default? They take its place otherwise. */
  readonly to?: 'default'
}

/** Values of one kind under names that the person chooses; `a=1,b=2` where all is one text. */
export function tableOf<T>(
  of: Option<T>,
  declared: Declared<ReadonlyMap<string, T>> & Adding,
): Option<ReadonlyMap<string, T>> {
  const form = `a table, each ${of.form}`
  const read = (raw: unknown, at: Place) => {
    if (!isTable(raw)) return refuse(at, form, raw)
    const entries = Object.entries(raw)
    if (entries.length > CONFIG_LIST_COUNT_MAX) return refuse(at, form, raw)
    const base = declared.to === 'default' ? (declared.default ?? []) : []
    const given = entries.map(([key, item]) => [key, of.read(item, entryOf(at, key))] as const)
    return new Map([...base, ...given])
  }
  const show = (values: ReadonlyMap<string, T>) =>
    `{${[...values].map(([key, value]) => `${showText(key)}: ${of.show(value)}`).join(', ')}}`
  const parse = (written: string): unknown => {
    const pairs = written === '' ? [] : written.split(',')
    return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s, 2)))
  }
  return option({ form, ofNothing: new Map<string, T>(), read, parse, show }, declared)
}

/** A value of another option, or nothing: what is not written, or written as an empty text. */
export function optional<T>({ read, show, ...of }: Option<T>): Option<T | undefined> {
  return {
    ...of,
    isOptional: true,
    fallback: undefined,
    read: (raw, at) => (raw === '' ? undefined : read(raw, at)),
    show: (value) => (value === undefined ? '""' : show(value)),
  }
}

/** An option that only a file can set: one of which no line of text is a value. */
export function inFileOnly<T>(of: Option<T>): Option<T> {
  return { ...of, isInFileOnly: true }
}

/** Is it what a YAML or JSON table reads as? */
export function isTable(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}

/** Stops the program if the default of an option would not be accepted from a person. */
export function checkFallback<T>(path: string, { fallback, read, show }: Option<T>): void {
  if (fallback === undefined || typeof fallback === 'object') return
  const shown = typeof fallback === 'string' ? fallback : show(fallback)
  try {
    read(shown, placeAt(path))
  } catch {
    assert(false, `the default of ${path} is not a value that it can have`)
  }
}
