/** What roothash answers. */

import { assert } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { calls } from '@wadi/consensus/roothash/api'
import { Event } from '@wadi/consensus/roothash/events'
import { Namespace } from '@wadi/primitives/namespace'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { eventReader, eventsOfBlock } from '../kernel/apiEvents.ts'
import type { BlockEvent } from '../kernel/events.ts'
import { RUNTIME_ATTRIBUTE } from './events.ts'
import { exportGenesis } from './genesis.ts'
import {
  incomingMessagesOf,
  incomingQueueMetaOf,
  knownRuntimeStateOf,
  lastRoundResultsOf,
  parametersOf,
  pastRoundRootsOf,
  roundRootsOf,
} from './queries.ts'

function runtimeOf({ attributes }: BlockEvent): Namespace {
  const beside = attributes.find(({ key }) => key === RUNTIME_ATTRIBUTE)
  assert(beside !== undefined, 'roothash: an event of no runtime')
  return Namespace.check(beside.value)
}

/** Roothash's events, as calls answer them. */
export const readEvents = eventReader('oasis_event_999_roothash', Event, {
  executor_commit: (executorCommitted, told) => ({ executorCommitted, runtimeId: runtimeOf(told) }),
  execution_discrepancy: (executionDiscrepancy, told) => ({
    executionDiscrepancy,
    runtimeId: runtimeOf(told),
  }),
  finalized: (finalized, told) => ({ finalized, runtimeId: runtimeOf(told) }),
  in_msg_processed: (inMsgProcessed, told) => ({ inMsgProcessed, runtimeId: runtimeOf(told) }),
})

export const methods: ApiMethods = answering(calls, {
  'RootHash/GetGenesisBlock': ({ state }, { runtimeId }) =>
    knownRuntimeStateOf(state, runtimeId).genesisBlock,
  'RootHash/GetLatestBlock': ({ state }, { runtimeId }) =>
    knownRuntimeStateOf(state, runtimeId).lastBlock,
  'RootHash/GetRuntimeState': ({ state }, { runtimeId }) => knownRuntimeStateOf(state, runtimeId),
  'RootHash/GetLastRoundResults': ({ state }, { runtimeId }) =>
    lastRoundResultsOf(state, runtimeId),
  'RootHash/GetRoundRoots': ({ state }, { runtimeId, round }) =>
    roundRootsOf(state, runtimeId, round),
  'RootHash/GetPastRoundRoots': ({ state }, { runtimeId }) =>
    keyedMap(u64, pastRoundRootsOf(state, runtimeId)),
  'RootHash/GetIncomingMessageQueueMeta': ({ state }, { runtimeId }) =>
    incomingQueueMetaOf(state, runtimeId),
  'RootHash/GetIncomingMessageQueue': ({ state }, { runtimeId, ...range }) =>
    incomingMessagesOf(state, runtimeId, range),
  'RootHash/StateToGenesis': ({ state }) => exportGenesis(state),
  'RootHash/ConsensusParameters': ({ state }) => parametersOf(state),
  'RootHash/GetEvents': ({ block, height }) => eventsOfBlock(readEvents, block, height),
})
