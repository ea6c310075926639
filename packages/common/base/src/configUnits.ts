/** Options that are a span of time, a size or a number beyond what a plain integer is for. */

import { type Declared, type Option, option, refuse } from './configOption.ts'
import type { Place } from './configPlace.ts'
import { CONFIG_DURATION_DAYS_MAX } from './limits.ts'

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const NANOSECONDS_PER_MS = 1_000_000n
const DAY_MS = 86_400_000

/** As Go has them: the sign of micro, and the Greek letter. */
const UNITS = `(${Object.keys(NANOSECONDS).join('|')})`
const DURATION = new RegExp(`^(\\d{1,18}(\\.\\d{1,9})?${UNITS})+$`)
const PARTS = new RegExp(`(\\d+)(?:\\.(\\d+))?${UNITS}`, 'g')

/**
 * Milliseconds of a duration as Go writes it (`1h30m`, `1.5s`), or `undefined`. Nothing here waits
 * for less than one: a rest is one more.
 */
function parseDurationMs(written: string): number | undefined {
  if (written === '0') return 0
  if (!DURATION.test(written)) return undefined
  let nanoseconds = 0n
  for (const [, whole = '', fraction = '', unit = ''] of written.matchAll(PARTS)) {
    const scale = 10n ** BigInt(fraction.length)
    nanoseconds += (BigInt(whole + fraction) * NANOSECONDS[unit]!) / scale
  }
  const ms = (nanoseconds + NANOSECONDS_PER_MS - 1n) / NANOSECONDS_PER_MS
  return ms <= BigInt(CONFIG_DURATION_DAYS_MAX * DAY_MS) ? Number(ms) : undefined
}

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** As Go prints it: `1m30s`, `2h0m0s`, `1.5s`, `250ms`. */
function showDuration(ms: number): string {
  if (ms > 0 && ms < SECOND_MS) return `${ms}ms`
  const hours = Math.trunc(ms / HOUR_MS)
  const minutes = Math.trunc((ms % HOUR_MS) / MINUTE_MS)
  const seconds = `${(ms % MINUTE_MS) / SECOND_MS}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

/** A span of time, in milliseconds. */
export function durationMs(declared: Declared<number>): Option<number> {
  const form = `a duration such as 1h30m or 250ms, at most ${CONFIG_DURATION_DAYS_MAX * 24}h`
  const read = (raw: unknown, at: Place) => {
    const value = typeof raw === 'string' ? parseDurationMs(raw) : undefined
    return value ?? refuse(at, form, raw)
  }
  return option({ form, read, show: showDuration }, declared)
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
}

/** With the greatest unit that leaves no rest. */
function showSize(bytes: number): string {
  const units = ['gb', 'mb', 'kb']
  const unit = units.find((each) => bytes > 0 && bytes % SIZE_UNITS[each]! === 0)
  return unit === undefined ? String(bytes) : `${bytes / SIZE_UNITS[unit]!}${unit}`
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
  return option({ form, read, show: showSize }, declared)
}

const UINT64_MAX = 2n ** 64n - 1n

interface BigRange {
  readonly min?: bigint
  readonly max?: bigint
}

/** A whole number of 64 bits. */
export function integer64(declared: Declared<bigint> & BigRange): Option<bigint> {
  const { min = 0n, max = UINT64_MAX } = declared
  const form = `a whole number from ${min} to ${max}`
  const read = (raw: unknown, at: Place) => {
    const isWritten = typeof raw === 'string' && /^-?\d{1,20}$/.test(raw)
    const isWhole = typeof raw === 'bigint' || Number.isSafeInteger(raw)
    const value = isWritten || isWhole ? BigInt(raw as string | number | bigint) : undefined
    return value !== undefined && value >= min && value <= max ? value : refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}

/** A number that need not be whole. */
export function fraction(declared: Declared<number>): Option<number> {
  const form = 'a number'
  const read = (raw: unknown, at: Place) => {
    const isWritten = typeof raw === 'string' && /^-?\d{1,16}(\.\d{1,16})?$/.test(raw)
    const value = isWritten || typeof raw === 'bigint' ? Number(raw) : raw
    return Number.isFinite(value) ? (value as number) : refuse(at, form, raw)
  }
  return option({ form, read, show: String }, declared)
}
