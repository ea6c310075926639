/** What becomes of log records in a process: a line each, for machines or for people. */

import fs from 'node:fs'
import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import {
  filterLevels,
  type LevelChoice,
  type LogFields,
  type LogSink,
  type LogValue,
} from '@wadi/base/log'

/** `json` for machines; `logfmt` for people. */
export type LogFormat = 'json' | 'logfmt'

/** How a process logs. */
export interface LogOptions {
  readonly format: LogFormat
  readonly levels: LevelChoice
  /** Standard output unless told otherwise. */
  readonly file?: string | undefined
  readonly clock: Clock
}

/** Only its owner may read what a node does. */
const PRIVATE_MODE = 0o600
const STANDARD_OUTPUT = 1

/** A log that is open. */
export interface OpenLog {
  readonly sink: LogSink
  /**
   * Opens the file by its name again, because another program has moved it away. If that cannot
   * be, it goes on with the old one and throws why.
   */
  reopen(): void
}

/** Opens a log. A disk that is full takes no lines, and stops nothing. */
export function openLog({ format, levels, file, clock }: LogOptions): OpenLog {
  let descriptor = file === undefined ? STANDARD_OUTPUT : openFile(file)
  const sink = lineSink({ format, levels, clock }, (line) => writeLine(descriptor, line))
  const reopen = () => {
    if (file === undefined) return
    const before = descriptor
    descriptor = openFile(file)
    fs.closeSync(before)
  }
  return { sink, reopen }
}

/** A log whose lines somebody takes. */
export function lineSink(
  { format, levels, clock }: Pick<LogOptions, 'format' | 'levels' | 'clock'>,
  write: (line: string) => void,
): LogSink {
  const print = format === 'json' ? jsonLine : logfmtLine
  return filterLevels(({ level, module, sentence, fields }) => {
    const head = { ts: new Date(clock.unixMs()).toISOString(), level, module, msg: sentence }
    write(print({ ...head, ...fields, ...head }))
  }, levels)
}

function openFile(path: string): number {
  try {
    return fs.openSync(path, 'a', PRIVATE_MODE)
  } catch (cause) {
    throw new UnavailableError('node.log', `the log ${path} cannot be opened`, { cause })
  }
}

function writeLine(descriptor: number, line: string): void {
  try {
    fs.writeSync(descriptor, `${line}\n`)
  } catch {
    // There is nobody to tell.
  }
}

function plain(value: LogValue): string | number | boolean | undefined {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? toHex(value) : value
}

function jsonLine(fields: LogFields): string {
  const shown = Object.entries(fields).map(([name, value]) => [name, plain(value)])
  return JSON.stringify(Object.fromEntries(shown))
}

function logfmtLine(fields: LogFields): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined)
  return shown.map(([name, value]) => `${name}=${quoted(String(plain(value)))}`).join(' ')
}

function quoted(text: string): string {
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text)
}
