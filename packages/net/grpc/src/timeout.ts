/** How long a call may take, as header fields say it: up to eight digits and a unit. */

import { TIMER_MS_MAX } from './limits.ts'
import { statusError } from './status.ts'

const FORM = /^(\d{1,8})([HMSmun])$/
const MS_OF_UNIT: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1 / 1000,
  n: 1 / 1_000_000,
}
const DIGITS_MAX = 99_999_999

/** Milliseconds, rounded up; none for so many that nobody lives to see them. */
export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, digits, unit] = FORM.exec(text) ?? []
  if (digits === undefined || unit === undefined)
    throw statusError('internal', `malformed grpc-timeout: ${JSON.stringify(text)}`)
  const ms = Math.ceil(Number(digits) * MS_OF_UNIT[unit]!)
  return ms > TIMER_MS_MAX ? undefined : ms
}

/** The finest unit that has room. */
export function printTimeout(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms))
  return whole <= DIGITS_MAX ? `${whole}m` : `${Math.ceil(whole / MS_OF_UNIT['S']!)}S`
}
