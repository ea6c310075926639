/** One thing that is wrong. */
export interface Finding {
  /** For programs: does not change when the words do. */
  readonly id: string
  /** Which runtime it is about, if it is. */
  readonly runtime?: string
  readonly what: string
  readonly why: string
  /** What to do. */
  readonly next: string
}
