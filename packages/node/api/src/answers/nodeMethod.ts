/** A call of a node and how it is answered. */

import type { Call, Calls } from '@wadi/consensus/api'
import type { Answer, Answers } from '@wadi/contracts/answers'

export interface NodeMethod<Q, A> extends Pick<Call<Q, A>, 'request' | 'response'> {
  readonly answer: Answer<Q, A>
}

/** Calls and their answers by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
export type NodeMethods = Readonly<Record<string, NodeMethod<any, any>>>

/** Puts calls and answers together. */
export function answered<const C extends Calls>(calls: C, answers: Answers<C>): NodeMethods {
  return Object.fromEntries(
    Object.entries(calls).map(([name, { request, response }]) => {
      return [name, { request, response, answer: answers[name]! }]
    }),
  )
}
