/** The clock and the randomness of this process, for machines that have none. */

import { randomBytes } from 'node:crypto'
import type { Clock } from '@wadi/base/clock'
import type { RandomSource } from '@wadi/base/random'

export const processClock: Clock = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

export const processRandom: RandomSource = {
  // A copy: what comes out of the pool shares its memory with others.
  bytes: (size) => Uint8Array.from(randomBytes(size)),
}
