/** Executing one transaction of a batch. */

import type { ExecutedTransaction } from '@wadi/runtime-protocol/runtime'
import type { DecodedTransaction } from '../authentication/decodeTransactions.ts'
import { encodeValue } from '../codec.ts'
import type { CallOutcome } from '../module.ts'
import { CallResult } from '../types/transaction.ts'
import { encodeResult } from './callFormat.ts'
import { dispatchTransaction } from './dispatch.ts'
import type { Frame } from './frame.ts'
import type { ActiveTransaction } from './level.ts'

/** The transaction as levels have it. */
export function activeOf(
  { transaction, input, hash }: DecodedTransaction,
  index: number,
): ActiveTransaction {
  const { call, authInfo } = transaction
  return { call, authInfo, size: input.length, index, hash }
}

/** Executes a transaction for good. */
export function executeTransaction(
  frame: Frame,
  decoded: DecodedTransaction,
  index: number,
): ExecutedTransaction {
  const active = activeOf(decoded, index)
  const { outcome, resultKey, tags } = dispatchTransaction(frame, decoded.transaction, active)
  const output = encodeValue(CallResult, encodeResult(frame, resultOf(outcome), resultKey))
  return { input: decoded.input, output, tags }
}

/** What a call came to, as the caller is told. */
export function resultOf(outcome: CallOutcome): CallResult {
  if (outcome.kind === 'ok') return { kind: 'ok', body: outcome.value }
  const { module, code, message } = outcome.error
  return { kind: 'fail', body: { module, code, message } }
}
