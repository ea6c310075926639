/** What a block did, as calls answer it. */

import { EMPTY_BYTES, parseUtf8, toBase64 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import {
  type CometBlockResults,
  type CometEvent,
  TransactionEvent,
  type TransactionResult,
  type TransactionsWithResults,
} from '@wadi/consensus/consensus/api'
import { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import { hashOfBytes } from '@wadi/primitives/hash'
import { readEvents as readGovernanceEvents } from '../governance/api.ts'
import type { ExecutedBlock, ExecutedTransaction } from '../kernel/api.ts'
import type { BlockEvent, EventAttribute } from '../kernel/events.ts'
import { readEvents as readRegistryEvents } from '../registry/api.ts'
import { readEvents as readRoothashEvents } from '../roothash/api.ts'
import { readEvents as readStakingEvents } from '../staking/api.ts'

/** An attribute's value as CometBFT has it. */
export function cometValueOf({ key, value }: EventAttribute): string {
  return key === NODE_LIST_EPOCH ? parseUtf8(value) : toBase64(value)
}

function cometEventOf({ type, attributes }: BlockEvent): CometEvent {
  return {
    type,
    attributes: attributes.map((attribute) => ({
      key: attribute.key,
      value: cometValueOf(attribute),
    })),
  }
}

/** A block's results as CometBFT has them. */
export function cometResultsOf(block: ExecutedBlock): CometBlockResults {
  return {
    txsResults: block.transactions.map(({ raw: _, data, events, ...result }) => ({
      ...result,
      data: data ?? EMPTY_BYTES,
      events: events.map(cometEventOf),
    })),
    beginBlockEvents: block.beginEvents.map(cometEventOf),
    endBlockEvents: block.endEvents.map(cometEventOf),
  }
}

function resultOf(transaction: ExecutedTransaction, height: bigint): TransactionResult {
  const { raw, code, codespace: module, log: message, gasUsed, events } = transaction
  const place = { height, txHash: hashOfBytes(raw) }
  const event = (fields: Partial<TransactionEvent>) => make(TransactionEvent, fields)
  return {
    error: { module, code, message },
    events: [
      ...readStakingEvents(events, place).map((staking) => event({ staking })),
      ...readRegistryEvents(events, place).map((registry) => event({ registry })),
      ...readRoothashEvents(events, place).map((roothash) => event({ roothash })),
      ...readGovernanceEvents(events, place).map((governance) => event({ governance })),
    ],
    gasUsed,
  }
}

/**
 * A block's transactions and what became of each.
 * COMPAT(oasis-core): the height of the events is the one that was asked for, which may be zero,
 * and the vault's events are left out.
 */
export function transactionsWithResults(
  { transactions }: ExecutedBlock,
  askedHeight: bigint,
): TransactionsWithResults {
  return {
    transactions: transactions.map(({ raw }) => raw),
    results: transactions.map((transaction) => resultOf(transaction, askedHeight)),
  }
}
