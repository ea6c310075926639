/** The time as an argument: rules never ask for it, shells hand it in. */

import { assert } from './errors.ts'

export interface Clock {
  /** Milliseconds since 1970 as people count them. It may jump, forwards and backwards. */
  unixMs(): number
  /** Milliseconds since some moment. It never goes back; only differences mean anything. */
  monotonicMs(): number
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  private unix: number
  private monotonic = 0

  constructor(unixMs = 0) {
    this.unix = unixMs
  }

  unixMs(): number {
    return this.unix
  }

  monotonicMs(): number {
    return this.monotonic
  }

  /** Time passes. */
  advance(ms: number): void {
    assert(ms >= 0, 'time does not go back')
    this.unix += ms
    this.monotonic += ms
  }

  /** Somebody sets the wall clock; no time passes. */
  setUnix(unixMs: number): void {
    this.unix = unixMs
  }
}
