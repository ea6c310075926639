/** Parts of requests and responses: `tendermint.abci` of CometBFT 0.37. */

import { decode } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message, repeated } from '@wadi/protobuf/message'
import { bool, bytes, int32, int64, text, uint32, uint64 } from '@wadi/protobuf/scalars'
import { Header } from '@wadi/tendermint/types/header'
import { PublicKey } from '@wadi/tendermint/types/publicKey'
import { Timestamp } from '@wadi/tendermint/types/timestamp'
import { MISBEHAVIORS_MAX, VOTES_MAX } from '../limits.ts'

export const Nothing = message({})

/** A header as it came, and what it says. */
export const RawHeader = mapped(bytes, {
  from: (raw) => ({ raw, header: decode(Header, raw) }),
  to: ({ raw }) => raw,
})

const Validator = message({ address: field(1, bytes), power: field(3, int64) })

const VoteInfo = message({
  validator: field(1, embedded(Validator)),
  signedLastBlock: field(2, bool),
})

/** `ExtendedCommitInfo` is the same, but for a field that nobody sets. */
export const CommitInfo = message({
  round: field(1, int32),
  votes: repeated(2, VoteInfo, { countMax: VOTES_MAX }),
})

const Misbehavior = message({
  /** A kind that nobody knows is one of them. */
  type: field(1, int32),
  validator: field(2, embedded(Validator)),
  height: field(3, int64),
  time: field(4, embedded(Timestamp)),
  totalVotingPower: field(5, int64),
})

/** Of a block. */
export const misbehaviors = (number: number) =>
  repeated(number, Misbehavior, { countMax: MISBEHAVIORS_MAX })

export const ValidatorUpdate = message({
  publicKey: field(1, embedded(PublicKey)),
  power: field(2, int64),
})

const EventAttribute = message({
  key: field(1, text),
  value: field(2, text),
  index: field(3, bool),
})

export const Event = message({ type: field(1, text), attributes: repeated(2, EventAttribute) })

export const Snapshot = message({
  height: field(1, uint64),
  format: field(2, uint32),
  chunks: field(3, uint32),
  hash: field(4, bytes),
  metadata: field(5, bytes),
})
