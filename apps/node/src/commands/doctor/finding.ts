/** One thing that is wrong. */
export interface Finding {
  /** For programs: does not change when the words do. */
  readonly id: string
  readonly what: string
  readonly why: string
  /** What to do. */
  readonly next: string
}
