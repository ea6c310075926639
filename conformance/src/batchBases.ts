/** What a runtime is told with a batch upon each recorded round: all but the transactions. */

import { assert } from '@wadi/base/errors'
import { decode, make, zero } from '@wadi/cbor/codec'
import * as beacon from '@wadi/consensus/beacon/keys'
import { TransactionEvent } from '@wadi/consensus/consensus/api'
import { RoundResults } from '@wadi/consensus/roothash'
import * as roothash from '@wadi/consensus/roothash/keys'
import { Event, TransferEvent } from '@wadi/consensus/staking/events'
import { entriesOf, read, readExisting } from '@wadi/consensus-services/kernel/state'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import type { ReadableState } from '@wadi/mkvs/state'
import { createTree } from '@wadi/mkvs/tree'
import { Namespace } from '@wadi/primitives/namespace'
import {
  type ConsensusEventsRequest,
  EVENT_KINDS,
} from '@wadi/runtime-protocol/host-protocol/services'
import type { AskHost, Batch, RuntimeContext } from '@wadi/runtime-protocol/runtime'
import type { Round } from './api/followedRounds.ts'
import { applyDiff } from './recordedRoots.ts'
import { bytesOfBase64, type RecordedBlock } from './records.ts'
import { readNdjson } from './vectors.ts'

/** What the consensus layer knew where a round became final. */
export interface BatchBase extends Pick<Batch, 'inMessages' | 'roundResults'> {
  readonly context: RuntimeContext
}

/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1
const STAKING_EVENT = 'oasis_event_100_staking'

/** Each round with what is told upon it, in order; states may be read until the next one is. */
export function* batchBases(
  chain: string,
  rounds: readonly Round[],
): Generator<readonly [round: Round, base: BatchBase]> {
  const byHeight = Map.groupBy(rounds, ({ annotated }) => annotated.consensusHeight)
  const type = ROOT_TYPE_STATE
  const state = createTree(new Arena(), { namespace: Namespace.zero, type, writeLog: 'dropped' })
  for (const record of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
    const version = BigInt(record.height)
    const finalized = byHeight.get(version) ?? []
    // The state that the header of a block proves is the one before the block.
    const proven = finalized.length === 0 ? undefined : state.copy()
    applyDiff(state, record.state_diff)
    state.commit({ version, baseAddress: BASE_ADDRESS })
    if (proven === undefined) continue
    for (const round of finalized) yield [round, baseUpon(round, { record, state, proven })]
    proven.dispose()
  }
}

interface Finalization {
  readonly record: RecordedBlock
  /** After the block. */
  readonly state: ReadableState
  readonly proven: ReadableState
}

function baseUpon({ annotated }: Round, { record, state, proven }: Finalization): BatchBase {
  const { consensusHeight, block } = annotated
  const { header } = block
  const id = header.namespace
  const { runtime } = readExisting(state, roothash.runtimeStates, id)
  assert(runtime !== undefined, 'a recorded round is that of a known runtime')
  return {
    context: {
      runtimeId: id,
      header,
      epoch: readExisting(state, beacon.currentEpoch).epoch,
      maxMessages: runtime.executor.maxMessages,
      consensusHeight,
      consensus: proven,
      ask: answersOf(record),
    },
    inMessages: Array.from(entriesOf(state, roothash.incomingMessages, id), ([, sent]) => sent),
    roundResults: read(state, roothash.lastRoundResults, id) ?? zero(RoundResults),
  }
}

/** A host that knows one block of the consensus layer, and of its events the transfers. */
function answersOf(record: RecordedBlock): AskHost {
  return ({ kind, body }) => {
    assert(kind === 'HostFetchConsensusEventsRequest', `nobody here can answer ${kind}`)
    const { height, kind: service } = body as ConsensusEventsRequest
    assert(height === BigInt(record.height), 'the transfer is in the block of the round')
    assert(service === EVENT_KINDS.staking, 'a transfer is an event of staking')
    const events = Array.from(transfersIn(record), (transfer) =>
      make(TransactionEvent, { staking: make(Event, { transfer }) }),
    )
    return { kind: 'HostFetchConsensusEventsResponse', body: { events } } as never
  }
}

/** Transfers that runtimes ordered: rounds are finalized where transactions and blocks end. */
function* transfersIn({ tx_results, end_events }: RecordedBlock): Generator<TransferEvent> {
  const ofTransactions = (tx_results ?? []).flatMap(({ events }) => events ?? [])
  for (const { type, attrs } of [...ofTransactions, ...(end_events ?? [])]) {
    if (type !== STAKING_EVENT) continue
    for (const [kind, value] of attrs)
      if (kind === 'transfer') yield decode(TransferEvent, bytesOfBase64(value))
  }
}
