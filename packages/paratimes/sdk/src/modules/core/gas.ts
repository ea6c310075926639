/** Gas: of a transaction, and of the whole batch. */

import { aborts } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import type { Slot } from '../../frame/level.ts'
import { U64_MAX } from '../../types/token.ts'
import { errors } from './errors.ts'
import { parameters } from './state.ts'

const gasUsed: Slot<bigint> = { name: 'core.gasUsed', initial: () => 0n }

/** What all transactions of the batch have used. */
export function usedBatchGas(frame: Frame): bigint {
  return frame.blockValue(gasUsed)
}

/** What is left for the batch. */
export function remainingBatchGas(frame: Frame): bigint {
  const left = parameters.get(frame).maxBatchGas - usedBatchGas(frame)
  return left > 0n ? left : 0n
}

/** What this transaction has used. */
export function usedTransactionGas(frame: Frame): bigint {
  return frame.localValue(gasUsed)
}

/** What is left for this transaction. */
export function remainingTransactionGas(frame: Frame): bigint {
  const left = frame.transaction.authInfo.fee.gas - usedTransactionGas(frame)
  const ofBatch = remainingBatchGas(frame)
  const ofTransaction = left > 0n ? left : 0n
  return ofTransaction < ofBatch ? ofTransaction : ofBatch
}

/** Uses gas of the transaction, and of the batch. */
export function useGas(frame: Frame, gas: bigint): void {
  const limit = frame.transaction.authInfo.fee.gas
  const sum = usedTransactionGas(frame) + gas
  if (sum > U64_MAX) throw errors.gasOverflow()
  if (sum > limit) throw outOfGas(frame, limit, sum)
  useBatchGas(frame, gas)
  frame.setLocalValue(gasUsed, sum)
}

function outOfGas(frame: Frame, limit: bigint, wanted: bigint) {
  const isHidden = frame.paratime.gasUse === 'hidden'
  return errors.outOfGas(isHidden ? 'limit: 0 wanted: 0' : `limit: ${limit} wanted: ${wanted}`)
}

/** Uses gas of the batch: who wants more than there is ends it. */
export function useBatchGas(frame: Frame, gas: bigint): void {
  if (frame.isCheckOnly) return
  const sum = usedBatchGas(frame) + gas
  if (sum > parameters.get(frame).maxBatchGas) throw aborts.batchOutOfGas()
  frame.setBlockValue(gasUsed, sum)
}
