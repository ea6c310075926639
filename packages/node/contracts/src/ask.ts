/** Calls of a node, asked by their names, whoever answers them. */

import type { Call } from '@wadi/consensus/api'

/** What a call of a table is asked with. */
export type QuestionOf<C, N extends keyof C> = C[N] extends Call<infer Q, infer _A> ? Q : never

/** What a call of a table is answered with. */
export type AnswerOf<C, N extends keyof C> = C[N] extends Call<infer _Q, infer A> ? A : never

/** Asks; rejects with the coded error of the answer. Aborting ends the wait. */
export type Ask<C> = <N extends keyof C>(
  name: N,
  question: QuestionOf<C, N>,
  signal?: AbortSignal,
) => Promise<AnswerOf<C, N>>
