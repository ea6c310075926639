/** Answers out of the state, for other answers that need them. */

import { assert } from '@wadi/base/errors'
import type { Call, Calls } from '@wadi/consensus/api'
import { apiMethods } from '@wadi/consensus-services/api'
import type { ApiView } from '@wadi/consensus-services/kernel/api'

type PartsOf<C> = C extends Call<infer Q, infer A> ? { request: Q; answer: A } : never

/** Asks a call of a service's table. */
export function askState<const C extends Calls, K extends keyof C & string>(
  view: ApiView,
  calls: C,
  name: K,
  request: PartsOf<C[K]>['request'],
): PartsOf<C[K]>['answer'] {
  const method = apiMethods[name]
  assert(method !== undefined && Object.hasOwn(calls, name), `no call ${name}`)
  return method.answer(view, request)
}
