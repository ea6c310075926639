/** What a process gives its parts: later, as an argument. */

/** Something that happens later, unless it is cancelled before. */
export interface Timer {
  cancel(): void
}

/** Has things done later. A simulation's moves its clock instead of waiting. */
export interface Timers {
  /** Runs once, `ms` milliseconds from now, never before the call returns. */
  after(ms: number, run: () => void): Timer
}
