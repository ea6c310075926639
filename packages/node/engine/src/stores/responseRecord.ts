/** The answers to a block as bytes: fields of CometBFT's messages, as far as we know them. */

import type { Schema } from '@wadi/protobuf/codec'
import { embedded, field, message, optional, repeated } from '@wadi/protobuf/message'
import { bool, bytes, int64, text, uint32 } from '@wadi/protobuf/scalars'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import { PublicKey } from '@wadi/tendermint/types/publicKey'
import type { BlockResponses } from './contract.ts'

const EventAttribute = message({
  key: field(1, text),
  value: field(2, text),
  index: field(3, bool),
})
const Event = message({ type: field(1, text), attributes: repeated(2, EventAttribute) })
const TxResult = message({
  code: field(1, uint32),
  data: field(2, bytes),
  log: field(3, text),
  gasWanted: field(5, int64),
  gasUsed: field(6, int64),
  events: repeated(7, Event),
  codespace: field(8, text),
})
const ValidatorUpdate = message({
  publicKey: field(1, embedded(PublicKey)),
  power: field(2, int64),
})
const EndBlock = message({
  validatorUpdates: repeated(1, ValidatorUpdate),
  consensusParamUpdates: optional(2, ConsensusParamUpdates),
  events: repeated(3, Event),
})
const Responses = message({
  results: repeated(1, TxResult),
  endBlock: field(2, embedded(EndBlock)),
  beginBlockEvents: repeated(3, Event),
})

/** See the top of this file. */
export const ResponseRecord: Schema<BlockResponses> = Responses
