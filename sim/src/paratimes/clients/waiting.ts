/** A client that waits for its transaction, and since when. */
export interface Waiting {
  readonly paratime: number
  readonly number: number
  readonly sinceMs: number
}
