/** `google.protobuf.Timestamp` and `Duration`, as gogoproto's `stdtime` and `stdduration`. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import type { Schema } from '@wadi/protobuf/codec'
import { mapped, whole } from '@wadi/protobuf/mapped'
import { field, message } from '@wadi/protobuf/message'
import { int32, int64 } from '@wadi/protobuf/scalars'

const errors = definePlainErrors('timestamp', {
  outOfRange: 'not a point in time, or a span',
})

/** The first second of the year 1: Go's zero time, and what an absent timestamp is. */
const SECONDS_MIN = -62_135_596_800n
/** The first second of the year 10000. */
const SECONDS_END = 253_402_300_800n
const NANOSECONDS_END = 1_000_000_000
/** A Go duration has 63 bits of nanoseconds. */
const DURATION_MAX = (1n << 63n) - 1n

/** Go's zero time. */
export const NO_TIME: Moment = { seconds: SECONDS_MIN, nanoseconds: 0 }

/** Is it Go's zero time? */
export function isNoTime({ seconds, nanoseconds }: Moment): boolean {
  return seconds === SECONDS_MIN && nanoseconds === 0
}

const Parts = message({ seconds: field(1, int64), nanoseconds: field(2, int32) })

function checkTime(time: Moment): Moment {
  const { seconds, nanoseconds } = time
  const isGood =
    seconds >= SECONDS_MIN &&
    seconds < SECONDS_END &&
    nanoseconds >= 0 &&
    nanoseconds < NANOSECONDS_END
  if (!isGood) throw errors.outOfRange(`${seconds} s, ${nanoseconds} ns`)
  return time
}

/** A span as nanoseconds. */
export function nanosecondsOf({ seconds, nanoseconds }: Moment): bigint {
  return seconds * BigInt(NANOSECONDS_END) + BigInt(nanoseconds)
}

function checkDuration(duration: Moment): Moment {
  const { seconds, nanoseconds } = duration
  const total = nanosecondsOf(duration)
  const isGood =
    Math.abs(nanoseconds) < NANOSECONDS_END &&
    (nanoseconds === 0 || seconds === 0n || nanoseconds < 0 === seconds < 0n) &&
    total <= DURATION_MAX &&
    total >= -DURATION_MAX - 1n
  if (!isGood) throw errors.outOfRange(`${seconds} s, ${nanoseconds} ns`)
  return duration
}

/** A point in time, of the years 1 to 9999. */
export const Timestamp: Schema<Moment> = whole(
  mapped(Parts, { from: checkTime, to: checkTime }),
  NO_TIME,
)

/** A span of time; seconds and nanoseconds have the same sign. */
export const Duration: Schema<Moment> = whole(
  mapped(Parts, { from: checkDuration, to: checkDuration }),
  { seconds: 0n, nanoseconds: 0 },
)
