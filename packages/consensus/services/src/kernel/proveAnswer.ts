/** Answers that come with a proof: whoever knows the root of the state can check them. */

import { CodedError } from '@wadi/base/errors'
import type { Arena } from '@wadi/mkvs/arena'
import type { Proof } from '@wadi/mkvs/proof'
import { openProof, proveReads } from '@wadi/mkvs/proveReads'
import type { Root } from '@wadi/mkvs/roots'
import { type ApiMethod, type ApiView, type ChainView, viewOver } from './api.ts'

/** What a call is answered with, or why it is refused. */
export type Outcome<A> = { readonly answer: A } | { readonly refusal: CodedError }

/** An outcome and the proof of every key of the state that it follows from, there or not. */
export interface ProvedAnswer<A> {
  readonly outcome: Outcome<A>
  readonly proof: Proof
}

function outcomeOf<Q, A>(method: ApiMethod<Q, A>, view: ApiView, request: Q): Outcome<A> {
  try {
    return { answer: method.answer(view, request) }
  } catch (refusal) {
    if (refusal instanceof CodedError) return { refusal }
    throw refusal
  }
}

/**
 * Answers a call and proves what it read of the state. What an answer takes from elsewhere (blocks,
 * the genesis document, states at other heights) is not in the proof.
 */
export function proveAnswer<Q, A>(
  method: ApiMethod<Q, A>,
  view: ApiView,
  request: Q,
): ProvedAnswer<A> {
  let outcome: Outcome<A> | undefined
  const proof = proveReads(view.tree, (state) => {
    outcome = outcomeOf(method, viewOver(view, { state, tree: view.tree }), request)
  })
  return { outcome: outcome!, proof }
}

/** A state of which nothing but the root and a proof is known, and the memory to look at it. */
export interface ProvedState {
  readonly arena: Arena
  readonly root: Root
  readonly proof: Proof
}

/**
 * Answers a call from a proof, by the same rules as from the whole state. A proof that shows too
 * little is a `MissingNodeError`.
 */
export function answerFromProof<Q, A>(
  method: ApiMethod<Q, A>,
  { arena, root, proof }: ProvedState,
  chain: ChainView,
  request: Q,
): Outcome<A> {
  const tree = openProof(arena, root, proof)
  try {
    return outcomeOf(method, viewOver(chain, { state: tree, tree }), request)
  } finally {
    tree.dispose()
  }
}
