/**
 * Does memory grow with the chain? It goes up and down as files of records fill and are closed, so
 * what counts is the least that was held in a stretch: of the first third of the heights, once
 * everything has been done for the first time, and of the last third.
 */

/** What a validator held at a height. */
export interface Reading {
  readonly height: number
  readonly bytes: number
}

/** Of the heights, this part is there to warm up. */
const WARM_PART = 0.1
/**
 * The longest that memory takes to go up and down once: a file of records is closed when it has
 * 4096 of them, which are one or more a height.
 */
const WAVE_HEIGHTS = 5_000
/** How much two such leasts differ where nothing grows: whole waves lie in each third, or not. */
const DIFFERENCE_BYTES_MAX = 300_000
const SHORT_DIFFERENCE_BYTES_MAX = 1_000_000

/** How memory has changed. */
export interface Growth {
  /** From one least to the other. */
  readonly bytes: number
  /** From the middle of the first third to that of the last one. */
  readonly heights: number
  /** More bytes than these are no chance. */
  readonly bytesMax: number
}

function least(readings: readonly Reading[]): number {
  return readings.reduce((low, { bytes }) => Math.min(low, bytes), Number.POSITIVE_INFINITY)
}

/** Undefined if there are too few readings to say anything. */
export function growthOf(readings: readonly Reading[]): Growth | undefined {
  const last = readings.at(-1)?.height ?? 0
  const warm = readings.filter(({ height }) => height > last * WARM_PART)
  const first = warm[0]?.height ?? 0
  const third = (last - first) / 3
  const early = warm.filter(({ height }) => height <= first + third)
  const late = warm.filter(({ height }) => height >= last - third)
  if (third <= 0 || early.length < 2 || late.length < 2) return undefined
  const isLong = third >= WAVE_HEIGHTS
  return {
    bytes: least(late) - least(early),
    heights: third * 2,
    bytesMax: isLong ? DIFFERENCE_BYTES_MAX : SHORT_DIFFERENCE_BYTES_MAX,
  }
}
