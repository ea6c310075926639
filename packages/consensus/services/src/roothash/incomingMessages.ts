/** What is asked of runtimes: messages wait in a queue until a round takes them. */

import { assert } from '@wadi/base/errors'
import type { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import type { ReadableState } from '../kernel/state.ts'
import { tell } from './events.ts'
import { incomingMessagesOf, incomingQueueMetaOf } from './queries.ts'
import { addIncomingMessage, removeIncomingMessage, setIncomingQueueMeta } from './state.ts'

/** Puts a message at the end of a runtime's queue, and gives it its number. */
export function enqueue(
  { state }: Context,
  runtime: Namespace,
  message: Omit<IncomingMessage, 'id'>,
): void {
  const { size, nextSequenceNumber: id } = incomingQueueMetaOf(state, runtime)
  addIncomingMessage(state, runtime, { ...message, id })
  setIncomingQueueMeta(state, runtime, {
    size: size + 1,
    nextSequenceNumber: BigInt.asUintN(64, id + 1n),
  })
}

/** The first messages of a queue, `count` of them, or as many as there are. */
export function firstMessages(
  state: ReadableState,
  runtime: Namespace,
  count: number,
): readonly IncomingMessage[] {
  return count === 0 ? [] : incomingMessagesOf(state, runtime, { limit: count })
}

/** Takes messages out of a runtime's queue because the round has dealt with them. */
export function removeProcessed(
  ctx: Context,
  { runtime, round }: { readonly runtime: Namespace; readonly round: bigint },
  messages: readonly IncomingMessage[],
): void {
  if (messages.length === 0) return
  const { state } = ctx
  const meta = incomingQueueMetaOf(state, runtime)
  assert(meta.size >= messages.length, 'roothash: the queue is longer than its size says')
  for (const { id, caller, tag } of messages) {
    removeIncomingMessage(state, runtime, id)
    tell(ctx, runtime, 'in_msg_processed', { id, round, caller, tag })
  }
  setIncomingQueueMeta(state, runtime, { ...meta, size: meta.size - messages.length })
}
