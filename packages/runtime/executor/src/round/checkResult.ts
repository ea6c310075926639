/** What a runtime says of a batch has to fit what it was asked. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import {
  hashOfIncomingMessages,
  hashOfMessages,
  type Message,
} from '@wadi/consensus/roothash/messages'
import { hashOfHeader, nextRound } from '@wadi/runtime-protocol/block'
import { checkMessage } from '@wadi/runtime-protocol/checkMessage'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import type { RoundBase } from './base.ts'

/** Why a result cannot be committed to, in the words of logs. */
export type NoResult =
  | 'other-block'
  | 'incomplete'
  | 'other-messages'
  | 'other-incoming-messages'
  | 'too-many-messages'
  | 'bad-message'

/**
 * Why the answer is no result; undefined if it is one. The reference commits to whatever its
 * runtime says, and leaves it to the consensus layer to refuse it.
 */
export function whyNoResult(
  base: RoundBase,
  { batch }: ExecuteTxBatchResponse,
): NoResult | undefined {
  const { header, messages } = batch
  const isNext = header.round === nextRound(base.header)
  if (!isNext || !equalBytes(header.previousHash, hashOfHeader(base.header))) return 'other-block'
  const { ioRoot, stateRoot, messagesHash, inMsgsHash, inMsgsCount } = header
  if (ioRoot === undefined || stateRoot === undefined) return 'incomplete'
  if (messagesHash === undefined || inMsgsHash === undefined) return 'incomplete'
  if (!equalBytes(messagesHash, hashOfMessages(messages))) return 'other-messages'
  if (inMsgsCount > base.inMessages.length) return 'other-incoming-messages'
  const taken = hashOfIncomingMessages(base.inMessages.slice(0, inMsgsCount))
  if (!equalBytes(inMsgsHash, taken)) return 'other-incoming-messages'
  if (messages.length > base.runtime.executor.maxMessages) return 'too-many-messages'
  return messages.every(isGoodMessage) ? undefined : 'bad-message'
}

function isGoodMessage(message: Message): boolean {
  try {
    checkMessage(message)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}
