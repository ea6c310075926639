/** A call of a node and how it is answered. */

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

export interface NodeMethod<Q, A> extends Pick<Call<Q, A>, 'request' | 'response'> {
  readonly answer: Answer<Q, A>
}

/** Calls and their answers by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
export type NodeMethods = Readonly<Record<string, NodeMethod<any, any>>>

/** An answer for every call of a table. */
export type Answers<C extends Calls> = {
  readonly [K in keyof C]: C[K] extends Call<infer Q, infer A> ? Answer<Q, A> : never
}

/** Puts calls and answers together. */
export function answered<const C extends Calls>(calls: C, answers: Answers<C>): NodeMethods {
  return Object.fromEntries(
    Object.entries(calls).map(([name, { request, response }]) => {
      return [name, { request, response, answer: answers[name]! }]
    }),
  )
}
