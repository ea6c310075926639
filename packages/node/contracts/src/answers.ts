/** Answers to the calls of a table, as whoever knows them gives them. */

import type { Call, Calls } from '@wadi/consensus/api'

/** What is known of who asks. */
export interface Asker {
  /** Is aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal
}

/** Answers at once, or when something has happened; throws why it does not. */
export type Answer<Q, A> = (request: Q, asker: Asker) => Answered<A> | Promise<Answered<A>>

/** What answers nothing need not say so. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what functions give
type Answered<A> = A extends undefined ? undefined | void : A

/** An answer for every call of a table. */
export type Answers<C extends Calls> = {
  readonly [K in keyof C]: C[K] extends Call<infer Q, infer A> ? Answer<Q, A> : never
}
