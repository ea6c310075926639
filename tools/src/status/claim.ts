/** Something that the house claims to do. */
export type Claim = {
  readonly area: string
  /** What it does, as a sentence of its own without the full stop. */
  readonly does: string
  /** What the results are held against. */
  readonly against: string
  /** The test files that show it; none as long as it does not work. */
  readonly shownBy: readonly string[]
}
