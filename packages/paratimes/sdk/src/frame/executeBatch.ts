/** Executing batches, and making them. */

import { CodedError } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { u32 } from '@wadi/cbor/scalars'
import type { State } from '@wadi/mkvs/state'
import type {
  Batch,
  BatchOutcome,
  ExecutedTransaction,
  RuntimeContext,
} from '@wadi/runtime-protocol/runtime'
import { decodeTransactions } from '../authentication/decodeTransactions.ts'
import { aborts } from '../errors.ts'
import { errors } from '../modules/core/errors.ts'
import { messageHooks } from '../modules/core/state.ts'
import type { Paratime } from '../paratime.ts'
import { storeOf } from '../state/overlay.ts'
import { executeTransaction } from './executeTransaction.ts'
import { Frame } from './frame.ts'
import { migrate } from './migrate.ts'
import { scheduleTransactions } from './scheduleBatch.ts'

/** Executes a batch, or makes one, upon a state. */
export function executeBatch(
  paratime: Paratime,
  context: RuntimeContext,
  state: State,
  batch: Batch,
): BatchOutcome {
  const { inputs, mode, roundResults } = batch
  const frame = new Frame({
    paratime,
    context,
    roundResults,
    mode: 'execute',
    store: storeOf(state),
  })
  migrate(frame)
  takeMessageResults(frame)
  for (const { hooks } of paratime.modules) hooks.beginBlock?.(frame)
  const { transactions, rejected } =
    mode === 'schedule'
      ? scheduleTransactions(frame, inputs)
      : { transactions: executeInputs(frame, inputs), rejected: [] }
  for (const { hooks } of paratime.modules) hooks.endBlock?.(frame)
  const emitted = frame.ownMessages
  const blockTags = frame.takeTags('keep')
  const hooks = emitted.map(({ hook }, index) => [index, hook] as const)
  messageHooks.set(frame.store, keyedMap(u32, hooks))
  frame.commitTo(state)
  const messages = emitted.map(({ message }) => message)
  return { transactions, blockTags, messages, inMessagesCount: 0, rejected }
}

/** Every result has somebody who waits for it, and nobody waits any longer. */
function takeMessageResults(frame: Frame): void {
  const waiting = new Map(messageHooks.get(frame.store) ?? [])
  for (const event of frame.roundResults.messages) {
    const index = event?.index ?? 0
    const hook = waiting.get(index)
    if (event === undefined || hook === undefined) throw errors.messageHandlerMissing()
    waiting.delete(index)
    tellResult(frame, hook.hookName, (run) => run(frame, event, hook.payload))
  }
  if (waiting.size > 0) throw errors.messageHandlerNotInvoked()
}

type Told = Extract<
  Paratime['modules'][number]['methods'][number],
  { readonly kind: 'message_result' }
>

function tellResult(frame: Frame, name: string, tell: (run: Told['run']) => void): void {
  for (const { methods } of frame.paratime.modules) {
    for (const method of methods) {
      if (method.kind === 'message_result' && method.name === name) {
        tell(method.run)
        return
      }
    }
  }
  throw errors.invalidMethod(name)
}

/** One input that is no transaction fails the whole batch. */
function executeInputs(
  frame: Frame,
  inputs: readonly Uint8Array[],
): readonly ExecutedTransaction[] {
  const decoded = decodeTransactions(frame, inputs).map((item) => {
    if (item instanceof CodedError) throw aborts.malformedTransactionInBatch(item.message)
    return item
  })
  return decoded.map((transaction, index) => executeTransaction(frame, transaction, index))
}
