import { errors, excerpt } from './errors.ts'
import { readFloat } from './float.ts'
import { MAJOR, type Reader } from './reader.ts'
import { readTextBody } from './textBody.ts'

/** 0001-01-01T00:00:00Z in seconds since 1970: the zero value of Go's time. */
export const ZERO_TIME = -62_135_596_800n

const SECONDS_PER_DAY = 86_400
const DAYS_PER_ERA = 146_097
const DAYS_BEFORE_1970 = 719_468

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
function daysOf(year: number, month: number, day: number): number {
  // A year that begins in March puts the leap day last, so that each month's start is linear.
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - DAYS_BEFORE_1970
}

/** Year, month and day of a number of days since 1970-01-01. */
function dateOf(days: number): readonly [number, number, number] {
  const shifted = days + DAYS_BEFORE_1970
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day]
}

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})([.,]\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$/

/** Seconds since 1970 of an RFC 3339 text; a fraction is dropped. */
export function parseTime(text: string): bigint {
  const match = RFC3339.exec(text)
  if (match === null) throw errors.badTime(excerpt(text))
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  const days = daysOf(year, month, day)
  const [, sameMonth, sameDay] = dateOf(days)
  const isDate = month >= 1 && month <= 12 && sameMonth === month && sameDay === day
  const isClock = hour < 24 && minute < 60 && second < 60
  if (!isDate || !isClock || offsetHours > 24 || offsetMinutes > 60)
    throw errors.badTime(excerpt(text))
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60 : 60)
  return BigInt(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset)
}
type Six = [number, number, number, number, number, number]

/** RFC 3339 text, in UTC, of seconds since 1970. */
export function printTime(time: bigint): string {
  const seconds = Number(time)
  const days = Math.floor(seconds / SECONDS_PER_DAY)
  const clock = seconds - days * SECONDS_PER_DAY
  const [year, month, day] = dateOf(days)
  if (!(year >= 0 && year < 10_000)) throw errors.badTime(`${time} is outside of the years 0-9999`)
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
  const hour = digits(Math.floor(clock / 3600), 2)
  const minute = digits(Math.floor(clock / 60) % 60, 2)
  return `${date}T${hour}:${minute}:${digits(clock % 60, 2)}Z`
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

/** COMPAT(fxamacker/cbor): a time may also be a float, a text, or an unassigned simple value. */
export function readTime(reader: Reader): bigint {
  const start = reader.at
  const major = reader.head()
  if (major === MAJOR.unsigned || major === MAJOR.negative) {
    const argument = (BigInt(reader.high) << 32n) | BigInt(reader.low)
    if (major === MAJOR.unsigned) return BigInt.asIntN(64, argument)
    if (reader.high < 0x8000_0000) return -1n - argument
  }
  if (!reader.rules.isRust) {
    if (major === MAJOR.text) return parseTime(readTextBody(reader))
    if (major === MAJOR.simple) {
      const { info } = reader
      if (info < 20 || info === 24) return BigInt(reader.argument)
      if (info === 22 || info === 23) return ZERO_TIME
      if (info >= 25) {
        reader.at = start
        return timeOfFloat(readFloat(reader))
      }
    }
  }
  throw reader.wrongType(major, 'a time')
}

const NANOSECONDS = 1_000_000_000

/** COMPAT(fxamacker/cbor): the second in which it is, once less than a nanosecond was dropped. */
function timeOfFloat(value: number): bigint {
  if (!Number.isFinite(value)) return ZERO_TIME
  const whole = Math.trunc(value)
  const nanoseconds = Math.trunc((value - whole) * NANOSECONDS)
  const seconds = BigInt(whole) - (nanoseconds < 0 ? 1n : 0n)
  const fits = seconds >= -0x8000_0000_0000_0000n && seconds < 0x8000_0000_0000_0000n
  return fits ? seconds : -0x8000_0000_0000_0000n
}
