/** What no file of the house contains, whatever its world. */

import type { Finding, House, Source } from './house.ts'

const COLUMNS_MAX = 100
const SKIP_DAYS_MAX = 90
const DAY_MS = 86_400_000

const OWED = /\b(TODO|FIXME|XXX|HACK)\b/
const BANNED_STEM =
  /^(index|utils?|helpers?|misc|common|types?\.d|.*(Manager|Impl|Utils?|Helpers?))$/
const FILE_NAME =
  /^[a-z][A-Za-z0-9]*(\.(test|bench|types\.test|d))?\.ts$|^((slow|long)-[A-Za-z0-9]+\.test|soak-[A-Za-z0-9]+)\.ts$/

/** What stands before `t.skip()` where it only happens under a condition. */
const CONDITION_END = /^(\)|return)$/

/** What declares a test: its `skip` is no decision of the machine's, whatever stands before it. */
const DECLARES = /^(it|test|describe|suite)$/

/** A line that is one long text, a test's title or holds an address cannot be broken well. */
const UNBREAKABLE =
  /https?:\/\/|\S{60,}|^\s*(?:it|test|describe)\(|^\s*([\w.'"]+: |= )?\[?(['"`])[^'"`]*\2[,;)\]]*$/

function findLines(source: Source, matches: (line: string) => boolean): number[] {
  return source.text.split('\n').flatMap((line, i) => (matches(line) ? [i + 1] : []))
}

/** Nothing is owed: what is left to do is an issue, not a comment. */
export function checkOwed(house: House): Finding[] {
  return house.sources.flatMap(({ path, comments }) =>
    comments
      .filter(({ text }) => OWED.test(text))
      .map(({ line }) => ({ path, line, message: 'a comment promises work; open an issue' })),
  )
}

/** Every failure says whose fault it is; a plain Error does not. */
export function checkThrows(house: House): Finding[] {
  const products = house.sources.filter(
    ({ home, isTest }) => home !== undefined && !isTest && home.name !== '@wadi/tools',
  )
  return products.flatMap(({ path, tokens }) =>
    tokens
      .filter((token, i) => {
        const [a, b] = [tokens[i + 1]?.text, tokens[i + 2]?.text]
        return token.text === 'throw' && (a === 'Error' || (a === 'new' && b === 'Error'))
      })
      .map(({ line }) => ({
        path,
        line,
        message: 'throw a CodedError, UnavailableError or assert',
      })),
  )
}

/** A file is named for the one thing that it exports. */
export function checkNames(house: House): Finding[] {
  return house.sources.flatMap(({ path, home }) => {
    if (home === undefined || !path.endsWith('.ts')) return []
    const name = path.slice(path.lastIndexOf('/') + 1)
    const stem = name.slice(0, name.indexOf('.'))
    if (BANNED_STEM.test(stem)) {
      return [{ path, line: 1, message: `${name} names no thing; find its noun` }]
    }
    return FILE_NAME.test(name) ? [] : [{ path, line: 1, message: `${name} is not camelCase` }]
  })
}

export function checkWidth(house: House): Finding[] {
  const code = house.sources.filter(({ path }) => !path.includes('/vectors/'))
  return code.flatMap((source) =>
    findLines(source, (line) => line.length > COLUMNS_MAX && !UNBREAKABLE.test(line)).map(
      (line) => ({
        path: source.path,
        line,
        message: `more than ${COLUMNS_MAX} columns`,
      }),
    ),
  )
}

function isDateFresh(text: string, today: string): boolean {
  const date = /\b\d{4}-\d{2}-\d{2}\b/.exec(text)?.[0]
  return date !== undefined && Date.parse(today) - Date.parse(date) <= SKIP_DAYS_MAX * DAY_MS
}

/**
 * A test is only skipped for a reason with a date, and not for long. What the machine decides (no
 * vectors, no toolchain) needs none: `skip: <name>`, `if (…) return t.skip()`; the run counts it.
 */
export function checkSkips(house: House, today: string): Finding[] {
  const message = `a skip needs a reason with a date not older than ${SKIP_DAYS_MAX} days`
  return house.sources.flatMap(({ path, tokens, isTest }) =>
    tokens.flatMap((token, i) => {
      const isMember = tokens[i - 1]?.text === '.' && tokens[i + 1]?.text === '('
      const isDeclared = DECLARES.test(tokens[i - 2]?.text ?? '')
      const isDecided = !isDeclared && CONDITION_END.test(tokens[i - 3]?.text ?? '')
      const isCall = isMember && !isDecided
      const value = tokens[i + 2]
      const isOption =
        tokens[i + 1]?.text === ':' && (value?.text === 'true' || isText(value?.kind))
      if (!isTest || !/^(skip|todo)$/.test(token.text) || !(isCall || isOption)) return []
      const reason = isOption ? (value?.text ?? '') : ''
      return isDateFresh(reason, today) ? [] : [{ path, line: token.line, message }]
    }),
  )
}

function isText(kind: string | undefined): boolean {
  return kind === 'string'
}

/** The dates of excuses (`since: '…'`) grow old in the same way. */
export function checkExcuses(house: House, today: string): Finding[] {
  const message = `an excuse is older than ${SKIP_DAYS_MAX} days`
  return house.sources.flatMap(({ path, tokens }) =>
    tokens.flatMap((token, i) => {
      const value = tokens[i + 2]
      const isExcuse = token.text === 'since' && tokens[i + 1]?.text === ':' && isText(value?.kind)
      if (!isExcuse || path.startsWith('tools/') || isDateFresh(value?.text ?? '', today)) return []
      return [{ path, line: token.line, message }]
    }),
  )
}
