/** The kinds of options of a configuration: each parses, shows and documents a value. */

import { describePlace, type Place, partOf, placeAt } from './configPlace.ts'
import { assert, definePlainErrors } from './errors.ts'
import { CONFIG_DURATION_DAYS_MAX, CONFIG_LIST_COUNT_MAX, CONFIG_TEXT_SIZE_MAX } from './limits.ts'
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
  /** The value of what stands in a file, a flag or the environment. Throws with the place in it. */
  read(raw: unknown, at: Place): T
  /** What a text of a flag or the environment would be in a file, where that is no text. */
  parse?(text: string): unknown
  /** The value as it would be written. */
  show(value: T): string
}

interface Declared<T> {
  readonly doc: string
  readonly default?: T
}

interface Kind<T> {
  readonly form: string
  read(raw: unknown, at: Place): T
  parse?(text: string): unknown
  show(value: T): string
}

function option<T>(kind: Kind<T>, { doc, default: fallback }: Declared<T>): Option<T> {
  return { ...kind, doc, fallback }
}

function refuse(at: Place, form: string, raw: unknown): never {
  const shown = typeof raw === 'string' ? `"${raw.slice(0, 40)}"` : typeof raw
  throw errors.badValue(`${describePlace(at)} must be ${form}, not ${shown}`)
}

function readText(raw: unknown, at: Place, form: string): string {
  const isShort = typeof raw === 'string' && raw.length <= CONFIG_TEXT_SIZE_MAX
  return isShort ? raw : refuse(at, form, raw)
}

/** Any text. */
export function text(declared: Declared<string>): Option<string> {
  const form = 'a text'
  return option({ form, read: (raw, at) => readText(raw, at, form), show: String }, declared)
}

/** A text that nobody may see: neither the effective configuration nor an error shows it. */
export function secret(declared: Declared<Secret<string>>): Option<Secret<string>> {
  const form = 'a text'
  const read = (raw: unknown, at: Place) => {
    const isShort = typeof raw === 'string' && raw.length <= CONFIG_TEXT_SIZE_MAX
    if (!isShort) throw errors.badValue(`${describePlace(at)} must be ${form} of bounded size`)
    return new Secret(raw)
  }
  return option({ form, read, show: String }, declared)
}

/** `true` or `false`. */
export function flag(declared: Declared<boolean>): Option<boolean> {
  const form = 'true or false'
  const read = (raw: unknown, at: Place) => {
    if (raw === true || raw === 'true') return true
    return raw === false || raw === 'false' ? false : refuse(at, form, raw)
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

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const NANOSECONDS_PER_MS = 1_000_000n
const DAY_MS = 86_400_000

/** Milliseconds of a duration as Go writes it (`1h30m`, `1.5s`), or `undefined`. */
function parseDurationMs(written: string): number | undefined {
  if (written === '0') return 0
  if (!/^(\d{1,18}(\.\d{1,9})?(ns|us|µs|ms|s|m|h))+$/.test(written)) return undefined
  let nanoseconds = 0n
  for (const [, whole = '', fraction = '', unit = ''] of written.matchAll(
    /(\d+)(?:\.(\d+))?(ns|us|µs|ms|s|m|h)/g,
  )) {
    const scale = 10n ** BigInt(fraction.length)
    nanoseconds += (BigInt(whole + fraction) * NANOSECONDS[unit]!) / scale
  }
  if (nanoseconds % NANOSECONDS_PER_MS !== 0n) return undefined
  const ms = nanoseconds / NANOSECONDS_PER_MS
  return ms <= BigInt(CONFIG_DURATION_DAYS_MAX * DAY_MS) ? Number(ms) : undefined
}

/** A span of time, in milliseconds. */
export function durationMs(declared: Declared<number>): Option<number> {
  const form = `a duration such as 1h30m or 250ms, at most ${CONFIG_DURATION_DAYS_MAX * 24}h`
  const read = (raw: unknown, at: Place) => {
    const value = typeof raw === 'string' ? parseDurationMs(raw) : undefined
    return value ?? refuse(at, form, raw)
  }
  return option({ form, read, show: (ms) => `${ms}ms` }, declared)
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
}

/** A number of bytes; `kb`, `mb` and `gb` are powers of 1024. */
export function sizeBytes(declared: Declared<number>): Option<number> {
  const form = 'a size such as 4096, 64kb, 256mb or 1gb'
  const read = (raw: unknown, at: Place) => {
    const written = typeof raw === 'string' || typeof raw === 'number' ? String(raw) : ''
    const [, digits, unit = ''] = /^(\d{1,15}) ?([kmg]?b)?$/i.exec(written) ?? []
    const value = Number(digits) * SIZE_UNITS[unit.toLowerCase()]!
    return Number.isSafeInteger(value) ? value : refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  declared: Declared<NoInfer<Word>>,
): Option<Word> {
  const form = `one of ${words.join(', ')}`
  const read = (raw: unknown, at: Place) =>
    words.find((word) => word === raw) ?? refuse(at, form, raw)
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
  return option({ form, read, parse, show }, declared)
}

/** Values of one kind under names that the person chooses; `a=1,b=2` where all is one text. */
export function tableOf<T>(
  of: Option<T>,
  declared: Declared<ReadonlyMap<string, T>>,
): Option<ReadonlyMap<string, T>> {
  const form = `a table, each ${of.form}`
  const read = (raw: unknown, at: Place) => {
    if (!isTable(raw)) return refuse(at, form, raw)
    const entries = Object.entries(raw)
    if (entries.length > CONFIG_LIST_COUNT_MAX) return refuse(at, form, raw)
    return new Map(entries.map(([key, item]) => [key, of.read(item, partOf(at, `.${key}`))]))
  }
  const show = (values: ReadonlyMap<string, T>) =>
    `{${[...values].map(([key, value]) => `${key}: ${of.show(value)}`).join(', ')}}`
  const parse = (written: string): unknown => {
    const pairs = written === '' ? [] : written.split(',')
    return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s, 2)))
  }
  return option({ form, read, parse, show }, declared)
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
