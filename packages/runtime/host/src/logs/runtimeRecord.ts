/** A line of a runtime as a record of the node's log. */

import type { LogFields, LogLevel, LogRecord } from '@wadi/base/log'

/** As runtimes in Rust name them. */
const LEVELS: ReadonlyMap<unknown, LogLevel> = new Map([
  ['DEBG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['ERRO', 'error'],
])

const MODULE = 'runtime'

/** Runtimes write an object in JSON a line; anything else is a warning, such as a panic's words. */
export function runtimeRecord(line: string): LogRecord {
  const parsed = parseObject(line)
  if (parsed === undefined) {
    return {
      level: 'warn',
      module: MODULE,
      sentence: 'wrote a line',
      fields: { line: line.trim() },
    }
  }
  const { msg, level, module, ...rest } = parsed
  return {
    level: LEVELS.get(level) ?? 'info',
    module: moduleOf(module),
    sentence: 'wrote a line',
    fields: { msg: textOf(msg), ...fieldsOf(rest) },
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** Whatever a runtime calls itself, its lines are below one module. */
function moduleOf(module: unknown): string {
  if (typeof module !== 'string' || module === '') return MODULE
  return module === MODULE || module.startsWith(`${MODULE}/`) ? module : `${MODULE}/${module}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function fieldsOf(rest: Readonly<Record<string, unknown>>): LogFields {
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, textOf(value)]))
}
