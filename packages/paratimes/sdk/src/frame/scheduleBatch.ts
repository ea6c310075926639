/** Making a batch from what the host has. */

import { CodedError } from '@wadi/base/errors'
import type { Hash } from '@wadi/primitives/hash'
import type { ExecutedTransaction } from '@wadi/runtime-protocol/runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import {
  type DecodedTransaction,
  decodeTransactions,
} from '../authentication/decodeTransactions.ts'
import { errors } from '../modules/core/errors.ts'
import { remainingBatchGas } from '../modules/core/gas.ts'
import { SCHEDULE_CONTROL, type ScheduleControl } from '../paratime.ts'
import { canTryToOpen } from './callFormat.ts'
import { authenticate, dispatchAuthenticated } from './dispatch.ts'
import { activeOf, executeTransaction } from './executeTransaction.ts'
import type { Frame } from './frame.ts'

/** A batch that was made. */
export interface Schedule {
  readonly transactions: ExecutedTransaction[]
  /** What can never be part of a batch. */
  readonly rejected: Hash[]
}

/** Takes transactions as long as there is room, and asks for more when all were offered. */
export function scheduleTransactions(frame: Frame, inputs: readonly Uint8Array[]): Schedule {
  const control: ScheduleControl = { ...SCHEDULE_CONTROL, ...frame.paratime.schedule }
  const schedule: Schedule = { transactions: [], rejected: [] }
  let offered = inputs
  let requestedSize = control.initialBatchSize
  while (takeOffered(frame, control, schedule, offered)) {
    const last = offered.at(-1)
    if (last === undefined || offered.length < requestedSize) break
    const { body } = frame.context.ask({
      kind: 'HostFetchTxBatchRequest',
      body: { offset: hashOfTransaction(last), limit: control.batchSize },
    })
    offered = body.batch
    requestedSize = control.batchSize
  }
  return schedule
}

/** Is there room for more when all that was offered has been looked at? */
function takeOffered(
  frame: Frame,
  control: ScheduleControl,
  schedule: Schedule,
  offered: readonly Uint8Array[],
): boolean {
  const decoded = decodeTransactions(frame, offered)
  for (const [i, item] of decoded.entries()) {
    const isFull =
      remainingBatchGas(frame) < control.minRemainingGas ||
      schedule.transactions.length >= control.maxTxCount
    if (isFull) return false
    if (item instanceof CodedError) schedule.rejected.push(hashOfTransaction(offered[i]!))
    else takeTransaction(frame, schedule, item)
  }
  return true
}

function takeTransaction(frame: Frame, schedule: Schedule, decoded: DecodedTransaction): void {
  const { gas, consensusMessages } = decoded.transaction.authInfo.fee
  if (gas > remainingBatchGas(frame)) return
  if (consensusMessages > Math.max(0, frame.context.maxMessages - frame.messageCount)) return
  const index = schedule.transactions.length
  const verdict = tryTransaction(frame, decoded, index)
  if (verdict === 'reject') schedule.rejected.push(decoded.hash)
  if (verdict === 'take') schedule.transactions.push(executeTransaction(frame, decoded, index))
}

/** What happens with a transaction in the batch that is being made: later ones may be good then. */
function tryTransaction(
  frame: Frame,
  decoded: DecodedTransaction,
  index: number,
): 'take' | 'skip' | 'reject' {
  return frame.nested({ mode: 'pre-schedule' }, () => {
    try {
      authenticate(frame, decoded.transaction)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const isEarly = error.reason === errors.futureNonce().reason
      return { fate: 'drop', result: isEarly ? 'skip' : 'reject' }
    }
    const { outcome } = dispatchAuthenticated(frame, activeOf(decoded, index))
    if (outcome.kind !== 'ok') return { fate: 'drop', result: 'reject' }
    const isReady = canTryToOpen(frame, decoded.transaction.call)
    return { fate: 'drop', result: isReady ? 'take' : 'skip' }
  })
}
