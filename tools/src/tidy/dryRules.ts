/**
 * Below the waterline the same input gives the same result on every machine, at once. The compiler
 * already refuses what is not in its library there; this refuses what the language itself offers.
 */

import type { Finding, House, Source } from './house.ts'
import type { Token } from './tokens.ts'

/** Names that are not used there, unless as a property of something else. */
const BANNED = new Map([
  ['Date', 'the clock is an argument'],
  ['async', 'rules are synchronous'],
  ['await', 'rules are synchronous'],
  ['Promise', 'rules are synchronous'],
  ['console', 'rules do not log'],
  ['process', 'rules know no process'],
  ['Buffer', 'rules use Uint8Array and @wadi/base/bytes'],
  ['eval', 'code is not data'],
  ['Intl', 'it depends on the machine'],
  ['WeakRef', 'it shows when garbage is collected'],
  ['FinalizationRegistry', 'it shows when garbage is collected'],
  ['globalThis', 'rules name what they use'],
  ['Atomics', 'rules share nothing'],
])

/** Members that are not used there, whatever they belong to. */
const BANNED_MEMBERS = new Map([
  ['localeCompare', 'it depends on the machine'],
  ['toLocaleString', 'it depends on the machine'],
  ['toLocaleUpperCase', 'it depends on the machine'],
  ['toLocaleLowerCase', 'it depends on the machine'],
])

/** Members of Math that are random, or that engines may round differently. */
const BANNED_MATH =
  /^(random|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow)$/

function isMember(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text
  return before === '.' || before === '?.'
}

function isKey(tokens: readonly Token[], i: number): boolean {
  const after = tokens[i + 1]?.text
  const before = tokens[i - 1]?.text
  return after === ':' && (before === '{' || before === ',' || before === 'readonly')
}

function checkWord(tokens: readonly Token[], i: number): string | undefined {
  const { text } = tokens[i] as Token
  const next = tokens[i + 1]?.text
  if (isMember(tokens, i)) {
    const why = BANNED_MEMBERS.get(text)
    if (why !== undefined) return `${text}: ${why}`
    const isMath = tokens[i - 2]?.text === 'Math' && BANNED_MATH.test(text)
    if (isMath) return `Math.${text}: neither random nor rounded by the machine`
    const isSort = (text === 'sort' || text === 'toSorted') && next === '('
    if (isSort && tokens[i + 2]?.text === ')') return `${text} without a comparator sorts as text`
    return undefined
  }
  if (text === 'Function' && tokens[i - 1]?.text === 'new') return 'new Function: code is not data'
  if (text === 'import' && next === '(') return 'import(): rules are synchronous'
  if (text === 'Math' && next !== '.') return 'Math: only its members are named, one by one'
  const why = BANNED.get(text)
  return why === undefined || isKey(tokens, i) ? undefined : `${text}: ${why}`
}

function isFloat(text: string): boolean {
  return !/^0[xXbBoO]/.test(text) && /[.eE]/.test(text)
}

function checkToken(tokens: readonly Token[], i: number): string | undefined {
  const token = tokens[i] as Token
  if (token.kind === 'word') return checkWord(tokens, i)
  if (token.kind === 'number' && isFloat(token.text)) return `${token.text}: no floating point`
  return undefined
}

function isDry(source: Source): boolean {
  return source.home?.world === 'rules' && !source.isTest
}

export function checkDryRules(house: House): Finding[] {
  return house.sources.filter(isDry).flatMap((source) =>
    source.tokens.flatMap((token, i) => {
      const message = checkToken(source.tokens, i)
      return message === undefined ? [] : [{ path: source.path, line: token.line, message }]
    }),
  )
}
