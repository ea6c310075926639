/** What happens before the transactions of a batch. */

import { equalBytes, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { decodeRpc } from '@wadi/cbor/codec'
import type { MessageEvent } from '@wadi/consensus/roothash/messages'
import { TransferEvent } from '@wadi/consensus/staking/events'
import { pairsWithPrefix, type State } from '@wadi/mkvs/state'
import { EVENT_KINDS } from '@wadi/runtime-protocol/host-protocol/services'
import type { Batch, RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { EPOCH_KEY, PENDING_PREFIX, pendingKey, u64Bytes } from './keys.ts'
import { EVENT_BLOCKS_MAX } from './limits.ts'

/**
 * Results that are not those of the messages that were sent. The reference's runtime ends its
 * process over them; here the batch fails.
 */
const errors = definePlainErrors('keyvalue', {
  unexpectedResult: 'result of a message that was not sent',
  leftover: 'message without a result',
  noEvent: 'no event of the transfer',
})

const KINDS: ReadonlySet<string> = new Set([
  'withdraw',
  'transfer',
  'add_escrow',
  'reclaim_escrow',
  'update_runtime',
])

/** Takes the results of the last round's messages, and notes the epoch. */
export function beginBatch(context: RuntimeContext, state: State, batch: Batch): void {
  for (const event of batch.roundResults.messages) {
    if (event !== undefined) takeResult(context, state, event)
  }
  for (const [key] of pairsWithPrefix(state, PENDING_PREFIX)) {
    // Whoever calls may have chosen a key that begins like ours.
    if (key.length === pendingKey(0).length) throw errors.leftover()
  }
  state.insert(EPOCH_KEY, u64Bytes(context.epoch))
}

function takeResult(context: RuntimeContext, state: State, event: MessageEvent): void {
  const kind = state.removeExisting(pendingKey(event.index))
  if (kind === undefined || !KINDS.has(parseUtf8(kind))) throw errors.unexpectedResult()
  if (event.code === 0 && equalBytes(kind, toUtf8('transfer'))) findTransfer(context, event)
}

/** Looks for the transfer in the blocks, the last one first. */
function findTransfer({ consensusHeight, ask }: RuntimeContext, { result }: MessageEvent): void {
  const wanted = decodeRpc(TransferEvent, result)
  for (let back = 0n; back < EVENT_BLOCKS_MAX && back < consensusHeight; back++) {
    const height = consensusHeight - back
    const body = { height, kind: EVENT_KINDS.staking }
    const { events } = ask({ kind: 'HostFetchConsensusEventsRequest', body }).body
    for (const { staking } of events) {
      if (staking?.transfer !== undefined && isSame(staking.transfer, wanted)) return
    }
  }
  throw errors.noEvent()
}

function isSame(a: TransferEvent, b: TransferEvent): boolean {
  return equalBytes(a.from, b.from) && equalBytes(a.to, b.to) && a.amount === b.amount
}
