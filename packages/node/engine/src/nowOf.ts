import type { Clock } from '@wadi/base/clock'
import type { Moment } from '@wadi/primitives/moment'

const MS_PER_SECOND = 1000
const NANOSECONDS_PER_MS = 1_000_000

/** The time by the wall clock. CometBFT's is as coarse: whole milliseconds. */
export function nowOf(clock: Clock): Moment {
  const unixMs = Math.floor(clock.unixMs())
  const seconds = Math.floor(unixMs / MS_PER_SECOND)
  const nanoseconds = (unixMs - seconds * MS_PER_SECOND) * NANOSECONDS_PER_MS
  return { seconds: BigInt(seconds), nanoseconds }
}
