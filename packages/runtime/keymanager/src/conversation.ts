/** Talks between a dry machine and its host: what it needs next, and what it is given. */

import {
  type AnswerTo,
  isAnswerTo,
  type RequestKind,
} from '@wadi/runtime-protocol/host-protocol/answers'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { refusal } from './errors.ts'

/** What a machine needs to go on: an answer of its host, or that some time passes. */
export type Need =
  | { readonly kind: 'answer'; readonly request: Body }
  | { readonly kind: 'pause'; readonly milliseconds: number }

/**
 * A function that asks. Whoever runs it gives what it needs: the host's answer, which may be an
 * error, or undefined if it is none of the protocol or if it was a pause. It may be left standing
 * at any need and dropped.
 */
export type Conversation<T> = Generator<Need, T, Body | undefined>

/** Asks the host. Throws what the host says if it refuses. */
export function* ask<K extends RequestKind>(request: Request<K>): Conversation<AnswerTo<K>> {
  // What is asked is a body of its kind: that cannot be said of any kind.
  const answer = yield { kind: 'answer', request: request as Body }
  if (answer?.kind === 'Error') throw hostRefusal(answer.body)
  if (answer === undefined || !isAnswerTo(request.kind, answer)) {
    throw refusal('badAnswer', 'bad response from host')
  }
  return answer
}

function hostRefusal({ module, code, message }: Extract<Body, { kind: 'Error' }>['body']) {
  return refusal('hostRefused', `module: ${module} code: ${code} message: ${message}`)
}

/** Lets some time pass. */
export function* pause(milliseconds: number): Conversation<void> {
  yield { kind: 'pause', milliseconds }
}
