/** What an application answers. */

import type { Infer } from '@wadi/protobuf/codec'
import { field, message, optional, repeated } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bytes, enumOf, int64, text, uint32, uint64 } from '@wadi/protobuf/scalars'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import { Event, Nothing, Snapshot, ValidatorUpdate } from './abciParts.ts'

const Info = message({
  data: field(1, text),
  version: field(2, text),
  appVersion: field(3, uint64),
  height: field(4, int64),
  appHash: field(5, bytes),
})

const InitChain = message({
  consensusParams: optional(1, ConsensusParamUpdates),
  validators: repeated(2, ValidatorUpdate),
  appHash: field(3, bytes),
})

const Query = message({
  code: field(1, uint32),
  log: field(3, text),
  info: field(4, text),
  index: field(5, int64),
  key: field(6, bytes),
  value: field(7, bytes),
  height: field(9, int64),
  codespace: field(10, text),
})

const CheckTx = message({
  code: field(1, uint32),
  data: field(2, bytes),
  log: field(3, text),
  gasWanted: field(5, int64),
  gasUsed: field(6, int64),
  codespace: field(8, text),
  sender: field(9, text),
  priority: field(10, int64),
})

const DeliverTx = message({
  code: field(1, uint32),
  data: field(2, bytes),
  log: field(3, text),
  gasWanted: field(5, int64),
  gasUsed: field(6, int64),
  events: repeated(7, Event),
  codespace: field(8, text),
})

const EndBlock = message({
  validatorUpdates: repeated(1, ValidatorUpdate),
  consensusParamUpdates: optional(2, ConsensusParamUpdates),
  events: repeated(3, Event),
})

const OfferResult = enumOf({
  unknown: 0,
  accept: 1,
  abort: 2,
  reject: 3,
  'reject-format': 4,
  'reject-sender': 5,
})

const ApplyResult = enumOf({
  unknown: 0,
  accept: 1,
  abort: 2,
  retry: 3,
  'retry-snapshot': 4,
  'reject-snapshot': 5,
})

const ApplySnapshotChunk = message({
  result: field(1, ApplyResult),
  refetchChunks: repeated(2, uint32),
  rejectSenders: repeated(3, text),
})

/** One answer. */
export const Response = oneOf({
  exception: field(1, message({ error: field(1, text) })),
  echo: field(2, message({ message: field(1, text) })),
  flush: field(3, Nothing),
  info: field(4, Info),
  initChain: field(6, InitChain),
  query: field(7, Query),
  beginBlock: field(8, message({ events: repeated(1, Event) })),
  checkTx: field(9, CheckTx),
  deliverTx: field(10, DeliverTx),
  endBlock: field(11, EndBlock),
  commit: field(12, message({ appHash: field(2, bytes), retainHeight: field(3, int64) })),
  listSnapshots: field(13, message({ snapshots: repeated(1, Snapshot) })),
  offerSnapshot: field(14, message({ result: field(1, OfferResult) })),
  loadSnapshotChunk: field(15, message({ chunk: field(1, bytes) })),
  applySnapshotChunk: field(16, ApplySnapshotChunk),
  prepareProposal: field(17, message({ transactions: repeated(1, bytes) })),
  processProposal: field(
    18,
    message({ status: field(1, enumOf({ unknown: 0, accept: 1, reject: 2 })) }),
  ),
})
export type Response = Infer<typeof Response>
