/** What an engine asks. */

import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message, optional, repeated } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bool, bytes, int32, int64, text, uint32, uint64 } from '@wadi/protobuf/scalars'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import { Timestamp } from '@wadi/tendermint/types/timestamp'
import { VOTES_MAX } from '../limits.ts'
import {
  CommitInfo,
  misbehaviors,
  Nothing,
  RawHeader,
  Snapshot,
  ValidatorUpdate,
} from './abciParts.ts'

const Info = message({
  version: field(1, text),
  blockVersion: field(2, uint64),
  p2pVersion: field(3, uint64),
  abciVersion: field(4, text),
})

const InitChain = message({
  time: field(1, embedded(Timestamp)),
  chainId: field(2, text),
  consensusParams: optional(3, ConsensusParamUpdates),
  validators: repeated(4, ValidatorUpdate, { countMax: VOTES_MAX }),
  appState: field(5, bytes),
  initialHeight: field(6, int64),
})

const Query = message({
  data: field(1, bytes),
  path: field(2, text),
  height: field(3, int64),
  prove: field(4, bool),
})
export type QueryRequest = Infer<typeof Query>

const BeginBlock = message({
  hash: field(1, bytes),
  header: field(2, embedded(RawHeader)),
  lastCommit: field(3, embedded(CommitInfo)),
  misbehavior: misbehaviors(4),
})

const PrepareProposal = message({
  bytesMax: field(1, int64),
  transactions: repeated(2, bytes),
  lastCommit: field(3, embedded(CommitInfo)),
  misbehavior: misbehaviors(4),
  height: field(5, int64),
  time: field(6, embedded(Timestamp)),
  nextValidatorsHash: field(7, bytes),
  proposerAddress: field(8, bytes),
})

const ProcessProposal = message({
  transactions: repeated(1, bytes),
  lastCommit: field(2, embedded(CommitInfo)),
  misbehavior: misbehaviors(3),
  hash: field(4, bytes),
  height: field(5, int64),
  time: field(6, embedded(Timestamp)),
  nextValidatorsHash: field(7, bytes),
  proposerAddress: field(8, bytes),
})

/** One question. */
export const Request = oneOf({
  echo: field(1, message({ message: field(1, text) })),
  flush: field(2, Nothing),
  info: field(3, Info),
  initChain: field(5, InitChain),
  query: field(6, Query),
  beginBlock: field(7, BeginBlock),
  checkTx: field(8, message({ transaction: field(1, bytes), type: field(2, int32) })),
  deliverTx: field(9, message({ transaction: field(1, bytes) })),
  endBlock: field(10, message({ height: field(1, int64) })),
  commit: field(11, Nothing),
  listSnapshots: field(12, Nothing),
  offerSnapshot: field(13, message({ snapshot: optional(1, Snapshot), appHash: field(2, bytes) })),
  loadSnapshotChunk: field(
    14,
    message({ height: field(1, uint64), format: field(2, uint32), chunk: field(3, uint32) }),
  ),
  applySnapshotChunk: field(
    15,
    message({ index: field(1, uint32), chunk: field(2, bytes), sender: field(3, text) }),
  ),
  prepareProposal: field(16, PrepareProposal),
  processProposal: field(17, ProcessProposal),
})
export type Request = Infer<typeof Request>
/** The body of a question of a kind. */
export type RequestBody<K extends Request['kind']> = Extract<Request, { readonly kind: K }>['body']
