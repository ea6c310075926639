/** The test runtime of the reference, `simple-keyvalue`, as a value. */

import { CodedError } from '@wadi/base/errors'
import { encodeRust, make } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import type { ReadableState, State } from '@wadi/mkvs/state'
import type { Hash } from '@wadi/primitives/hash'
import { CheckTxMetadata, type CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type {
  Batch,
  BatchOutcome,
  ExecutedTransaction,
  Query,
  Runtime,
  RuntimeContext,
} from '@wadi/runtime-protocol/runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { beginBatch } from './beginBatch.ts'
import { CallOutput, decodeCall, failure } from './call.ts'
import { BATCH_COUNT_MAX } from './limits.ts'
import type { CallContext } from './method.ts'
import { isOneTooMany, nonceOf, QUERIES, runCall, runMethod } from './methods.ts'

const GOOD = make(TransactionError, {})

/** Transactions insert, get and remove pairs, and send messages to the consensus layer. */
export const keyvalueRuntime: Runtime = {
  version: { major: 0, minor: 0, patch: 0 },
  initialBatchSize: BATCH_COUNT_MAX,
  check: (runtime, state, inputs) => {
    const context = checking(runtime, state)
    return inputs.map((input) => checkTransaction(context, input))
  },
  execute: executeBatch,
  query: answer,
}

/** A state that is only read. Methods do not write where they only look. */
function checking(runtime: RuntimeContext, state: ReadableState): CallContext {
  return { runtime, state: state as State, mode: 'check', messages: [], tags: [] }
}

function checkTransaction(context: CallContext, input: Uint8Array): CheckTxResult {
  const call = decodeCall(input)
  const { sender, nonce: senderSeq } = call
  const meta = make(CheckTxMetadata, {
    sender,
    senderSeq,
    senderStateSeq: nonceOf(context, sender),
  })
  try {
    runCall(context, call)
    return { error: GOOD, meta }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { module, code, message } = error
    return { error: { module, code, message }, meta: undefined }
  }
}

/**
 * A call that fails keeps what it has changed, its nonce above all, and its messages; but it loses
 * its tags. A transaction that cannot be read fails the batch.
 */
function executeTransaction(context: CallContext, input: Uint8Array): ExecutedTransaction {
  const call = decodeCall(input)
  try {
    const output = encodeRust(CallOutput, { kind: 'Success', body: runCall(context, call) })
    return { input, output, tags: context.tags }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return {
      input,
      output: encodeRust(CallOutput, { kind: 'Error', body: error.message }),
      tags: [],
    }
  }
}

function executeBatch(runtime: RuntimeContext, state: State, batch: Batch): BatchOutcome {
  const { inMessages, inputs, mode } = batch
  beginBatch(runtime, state, batch)
  const context: CallContext = { runtime, state, mode: 'execute', messages: [], tags: [] }
  let inMessagesCount = 0
  for (const { data } of inMessages) {
    if (!tryMessage({ ...context, tags: [] }, data)) break
    inMessagesCount++
  }
  const { transactions, rejected } =
    mode === 'schedule'
      ? scheduleTransactions(context, inputs)
      : { transactions: inputs.map((input) => executeOne(context, input)), rejected: [] }
  const { messages } = context
  return { transactions, blockTags: [], messages, inMessagesCount, rejected }
}

const executeOne = (context: CallContext, input: Uint8Array) =>
  executeTransaction({ ...context, tags: [] }, input)

/** Takes transactions in their order, up to one for which there is no room. */
function scheduleTransactions(
  context: CallContext,
  inputs: readonly Uint8Array[],
): Pick<BatchOutcome, 'transactions' | 'rejected'> {
  const { runtime, state } = context
  const transactions: ExecutedTransaction[] = []
  const rejected: Hash[] = []
  for (const input of inputs) {
    if (transactions.length >= BATCH_COUNT_MAX) break
    if (checkTransaction(checking(runtime, state), input).error.code !== 0)
      rejected.push(hashOfTransaction(input))
    else if (isOneTooMany(context, decodeCall(input))) break
    else transactions.push(executeOne(context, input))
  }
  return { transactions, rejected }
}

/**
 * Incoming messages are transactions of which nobody learns what came out. False where one has to
 * wait for the next batch.
 */
function tryMessage(context: CallContext, data: Uint8Array): boolean {
  try {
    if (isOneTooMany(context, decodeCall(data))) return false
    executeTransaction(context, data)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  return true
}

function answer(
  runtime: RuntimeContext,
  state: ReadableState,
  { method, args }: Query,
): Uint8Array {
  if (!QUERIES.has(method)) throw failure('method not found')
  // COMPAT(oasis-core): a question is answered as in execution. Those that may be asked only read.
  const context: CallContext = { ...checking(runtime, state), mode: 'execute' }
  return runMethod(context, { method, args })
}
