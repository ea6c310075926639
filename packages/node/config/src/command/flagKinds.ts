/** How the value of a flag is read: the forms, and the words of refusal, of Go's flag library. */

import { placeAt } from '@wadi/base/configPlace'
import { durationMs } from '@wadi/base/configUnits'
import { CodedError } from '@wadi/base/errors'
import type { Flag, FlagKind } from './command.ts'
import { errors } from './usageErrors.ts'

type Reader = (text: string) => unknown

/** `undefined` where the text is no value, and the words that Go's parser has for that. */
interface KindOfFlag {
  readonly read: Reader
  /** What follows the name in the help. */
  readonly word: string
  readonly why: (text: string) => string
}

const TRUE = /^(1|t|T|TRUE|true|True)$/
const FALSE = /^(0|f|F|FALSE|false|False)$/
const INT64 = 2n ** 63n
const duration = durationMs({ doc: '' })

function readDuration(text: string): number | undefined {
  try {
    return duration.read(text, placeAt(''))
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

function readInteger(text: string): bigint | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined
  const value = BigInt(text)
  return value >= -INT64 && value < 2n * INT64 ? value : undefined
}

const quote = (text: string): string => JSON.stringify(text)

const KINDS: Readonly<Record<FlagKind, KindOfFlag>> = {
  boolean: {
    read: (text) => (TRUE.test(text) ? true : FALSE.test(text) ? false : undefined),
    word: '',
    why: (text) => `strconv.ParseBool: parsing ${quote(text)}: invalid syntax`,
  },
  text: { read: (text) => text, word: 'string', why: quote },
  texts: { read: (text) => (text === '' ? [] : text.split(',')), word: 'strings', why: quote },
  integer: {
    read: readInteger,
    word: 'uint',
    why: (text) => `strconv.ParseUint: parsing ${quote(text)}: invalid syntax`,
  },
  decimal: {
    read: (text) =>
      /^[-+]?\d{1,20}(\.\d{0,20})?(e[-+]?\d{1,3})?$/i.test(text) ? Number(text) : undefined,
    word: 'float',
    why: (text) => `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`,
  },
  duration: {
    read: readDuration,
    word: 'duration',
    why: (text) => `time: invalid duration ${quote(text)}`,
  },
}

const MAP_WORD = 'stringToString'

/** What the help says behind the name of a flag. */
export function wordOf({ kind, word }: Flag): string {
  return word ?? KINDS[kind].word
}

/** A value as the help says it; empty for one that is none. */
export function showFallback({ kind, fallback, word }: Flag): string {
  // COMPAT(oasis-core): Go's library does not know that a map without entries says nothing.
  if (word === MAP_WORD && Array.isArray(fallback)) return `[${fallback.join(',')}]`
  if (Array.isArray(fallback)) return fallback.length === 0 ? '' : `[${fallback.join(',')}]`
  if (kind === 'text') return fallback === '' ? '' : quote(String(fallback))
  if (!fallback) return ''
  return kind === 'duration' ? duration.show(Number(fallback)) : String(fallback)
}

/** How a flag is called in an error: with its letter if it has one. */
export function titleOf(name: string, { short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`
}

/** The value of a flag. A list is added to what was there. */
export function readFlag(name: string, flag: Flag, text: string, before: unknown): unknown {
  const { read, why } = KINDS[flag.kind]
  const value = read(text)
  if (value === undefined)
    throw errors.badFlag(
      `invalid argument ${quote(text)} for ${quote(titleOf(name, flag))} flag: ${why(text)}`,
    )
  return flag.kind === 'texts' && Array.isArray(before)
    ? [...before, ...(value as string[])]
    : value
}
