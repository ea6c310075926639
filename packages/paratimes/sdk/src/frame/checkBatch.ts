/** Looking at transactions before they are in a batch. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { RoundResults } from '@wadi/consensus/roothash'
import type { ReadableState } from '@wadi/mkvs/state'
import { Address } from '@wadi/primitives/address'
import { CheckTxMetadata, type CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { decodeTransactions } from '../authentication/decodeTransactions.ts'
import type { Paratime } from '../paratime.ts'
import { storeOf } from '../state/overlay.ts'
import { type DispatchedTransaction, dispatchTransaction } from './dispatch.ts'
import { activeOf } from './executeTransaction.ts'
import { Frame } from './frame.ts'
import { migrate } from './migrate.ts'

const GOOD = make(TransactionError, {})
const NO_RESULTS = make(RoundResults, {})
/** A transaction that is checked has no place in a batch. */
const NO_INDEX = 0xffff_ffff

/** What is to be said of each transaction. */
export function checkBatch(
  paratime: Paratime,
  context: RuntimeContext,
  state: ReadableState,
  inputs: readonly Uint8Array[],
): readonly CheckTxResult[] {
  const frame = new Frame({
    paratime,
    context,
    roundResults: NO_RESULTS,
    mode: 'check',
    store: storeOf(state),
  })
  migrate(frame)
  return decodeTransactions(frame, inputs).map((item) =>
    item instanceof CodedError
      ? refusal(item)
      : verdictOf(dispatchTransaction(frame, item.transaction, activeOf(item, NO_INDEX))),
  )
}

function refusal({ module, code, message }: CodedError): CheckTxResult {
  return { error: { module, code, message }, meta: undefined }
}

function verdictOf({ outcome, priority, sender }: DispatchedTransaction): CheckTxResult {
  if (outcome.kind === 'failed') return refusal(outcome.error)
  const isKnown = sender !== undefined && !equalBytes(sender.address, Address.zero)
  const meta = make(CheckTxMetadata, {
    priority,
    ...(isKnown && { sender: sender.address }),
    senderSeq: sender?.nonce ?? 0n,
    senderStateSeq: sender?.stateNonce ?? 0n,
  })
  return { error: GOOD, meta }
}
