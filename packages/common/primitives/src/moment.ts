import type { Schema } from '@wadi/cbor/codec'
import { mapped } from '@wadi/cbor/mapped'
import { time } from '@wadi/cbor/scalars'
import { parseTime, printTime } from '@wadi/cbor/time'

const NANOSECOND_DIGITS = 9

/** A point in time: seconds since 1970, and the fraction after them. */
export interface Moment {
  readonly seconds: bigint
  readonly nanoseconds: number
}

/** RFC 3339 text in UTC; the fraction without zeros at its end. */
export function printMoment({ seconds, nanoseconds }: Moment): string {
  const text = printTime(seconds)
  if (nanoseconds === 0) return text
  const digits = String(nanoseconds).padStart(NANOSECOND_DIGITS, '0').replace(/0+$/, '')
  return `${text.slice(0, -1)}.${digits}Z`
}

/** The moment of an RFC 3339 text; digits below a nanosecond are dropped. */
export function parseMoment(text: string): Moment {
  const seconds = parseTime(text)
  const digits = /[.,](\d+)/.exec(text)?.[1] ?? ''
  const nanoseconds = Number(digits.slice(0, NANOSECOND_DIGITS).padEnd(NANOSECOND_DIGITS, '0'))
  return { seconds, nanoseconds }
}

/**
 * A moment on the wire and in JSON.
 * COMPAT(oasis-core): CBOR knows whole seconds only, so what is hashed has no fraction.
 */
export const Moment: Schema<Moment> = mapped(time, {
  name: 'Moment',
  from: (seconds) => ({ seconds, nanoseconds: 0 }),
  to: ({ seconds }) => seconds,
  jsonForm: { print: printMoment, parse: parseMoment },
})

const NANOSECONDS_PER_MS = 1_000_000n
const NANOSECONDS_PER_SECOND = 1_000_000_000n

/** Which is first? Negative, zero or positive. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1
  return a.nanoseconds - b.nanoseconds
}

/** So many milliseconds later; earlier, if negative. */
export function addMilliseconds({ seconds, nanoseconds }: Moment, ms: number): Moment {
  return momentOf(nanosecondsOf({ seconds, nanoseconds }) + BigInt(ms) * NANOSECONDS_PER_MS)
}

/**
 * How many whole milliseconds after `start` is `end`? Rounded up, so that waiting is not too short.
 */
export function millisecondsBetween(start: Moment, end: Moment): number {
  const between = nanosecondsOf(end) - nanosecondsOf(start)
  const whole = between / NANOSECONDS_PER_MS
  return Number(between > whole * NANOSECONDS_PER_MS ? whole + 1n : whole)
}

function nanosecondsOf({ seconds, nanoseconds }: Moment): bigint {
  return seconds * NANOSECONDS_PER_SECOND + BigInt(nanoseconds)
}

function momentOf(nanosecondsSince1970: bigint): Moment {
  let seconds = nanosecondsSince1970 / NANOSECONDS_PER_SECOND
  let rest = nanosecondsSince1970 - seconds * NANOSECONDS_PER_SECOND
  if (rest < 0n) {
    seconds -= 1n
    rest += NANOSECONDS_PER_SECOND
  }
  return { seconds, nanoseconds: Number(rest) }
}
