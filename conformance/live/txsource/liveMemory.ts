/**
 * Whether what a process needs of memory stays within bounds: readings of live bytes, garbage
 * aside, while a network runs.
 */

import type { LiveBytes } from '@wadi/compose/testing/node-process'

const MEBIBYTE = 1024 * 1024

/** Readings before this one are of a process that compiles and fills its small caches. */
export const WARM_SECONDS = 120

/**
 * What objects may become more after that. Caches that fill over thousands of blocks are
 * transactions that were seen, votes that are remembered, and the places of records in files, all
 * of them bounded: 9 MiB when they are full. What V8 has compiled takes 5 MiB more before it throws
 * away what is not called any more. A leak of 3 KiB a block is more than both in half an hour.
 */
export const HEAP_GROWTH_MAX: number = 16 * MEBIBYTE

/**
 * What arrays of bytes and kernels may take. The pages of the state's database take 32 MiB when
 * they are all there; 2048 votes and 1024 messages that are remembered hold 8 KiB each, 24 MiB;
 * trees, kernels and connections take the rest.
 */
export const EXTERNAL_MAX: number = 96 * MEBIBYTE

/** Live bytes at a time. */
export interface Reading extends LiveBytes {
  readonly seconds: number
}

/** Why the readings are not those of a process whose memory is bounded; undefined if they are. */
export function growthOf(readings: readonly Reading[]): string | undefined {
  const warm = readings.filter(({ seconds }) => seconds >= WARM_SECONDS)
  const heaps = warm.map(({ heap }) => heap)
  const growth = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0)
  if (growth > HEAP_GROWTH_MAX)
    return `objects grew by ${growth} bytes, more than ${HEAP_GROWTH_MAX}`
  const external = Math.max(0, ...readings.map((one) => one.external))
  if (external > EXTERNAL_MAX)
    return `arrays of bytes took ${external} bytes, more than ${EXTERNAL_MAX}`
  return undefined
}
