/**
 * What a log is: a constant sentence and structured fields. This declares; what writes to a disk
 * or a terminal, and adds the time, lives above the waterline. Rules do not log.
 */

import { LOG_RECORDS_MAX } from './limits.ts'

/** From the chattiest to the gravest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a field may hold. A secret is none of these, so it does not compile. */
export type LogValue = string | number | bigint | boolean | Uint8Array | undefined

export type LogFields = Readonly<Record<string, LogValue>>

export interface LogRecord {
  readonly level: LogLevel
  /** Who speaks, as a path: `cometbft/consensus`. */
  readonly module: string
  /** Constant, so that one can search for it; what varies is in the fields. */
  readonly sentence: string
  readonly fields: LogFields
}

/** Where records go. It must not throw and must not wait. */
export type LogSink = (record: LogRecord) => void

/** What a component is given to speak with. */
export interface Logger {
  debug(sentence: string, fields?: LogFields): void
  info(sentence: string, fields?: LogFields): void
  warn(sentence: string, fields?: LogFields): void
  error(sentence: string, fields?: LogFields): void
  /** The same logger with fields that every record carries. */
  with(fields: LogFields): Logger
}

export function createLogger(module: string, sink: LogSink, shared: LogFields = {}): Logger {
  const at =
    (level: LogLevel) =>
    (sentence: string, fields: LogFields = {}) =>
      sink({ level, module, sentence, fields: { ...shared, ...fields } })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => createLogger(module, sink, { ...shared, ...fields }),
  }
}

/** Hears nothing. */
export const SILENT: LogSink = () => undefined

/** The lowest level that is let through: by module, and otherwise. */
export interface LevelChoice {
  readonly otherwise: LogLevel
  /** A module's choice also holds for what is below its path; the longest path wins. */
  readonly modules?: Readonly<Record<string, LogLevel>>
}

function chosenLevel(module: string, { otherwise, modules = {} }: LevelChoice): LogLevel {
  for (let path = module; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const level = modules[path]
    if (level !== undefined) return level
  }
  return otherwise
}

/** Passes on what is grave enough for its module. */
export function filterLevels(sink: LogSink, choice: LevelChoice): LogSink {
  return (record) => {
    const least = LOG_LEVELS.indexOf(chosenLevel(record.module, choice))
    if (LOG_LEVELS.indexOf(record.level) >= least) sink(record)
  }
}

/** Keeps the last records, for tests and for showing what led to a failure. */
export class MemoryLog {
  private readonly kept: LogRecord[] = []
  private readonly countMax: number

  constructor(countMax: number = LOG_RECORDS_MAX) {
    this.countMax = Math.min(countMax, LOG_RECORDS_MAX)
  }

  readonly sink: LogSink = (record) => {
    this.kept.push(record)
    if (this.kept.length > this.countMax) this.kept.shift()
  }

  get records(): readonly LogRecord[] {
    return this.kept
  }
}
