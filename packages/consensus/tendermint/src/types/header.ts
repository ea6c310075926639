import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, int64, text, uint64 } from '@wadi/protobuf/scalars'
import { NilableBlockId } from './blockId.ts'
import { Timestamp } from './timestamp.ts'

/** Versions of the rules: of blocks, and of the application. */
export const ConsensusVersion = message({ block: field(1, uint64), app: field(2, uint64) })
export type ConsensusVersion = Infer<typeof ConsensusVersion>

/** What is agreed on; everything else in a block is hashed into it. */
export const Header = message({
  version: field(1, embedded(ConsensusVersion)),
  chainId: field(2, text),
  height: field(3, int64),
  time: field(4, embedded(Timestamp)),
  lastBlockId: field(5, embedded(NilableBlockId)),
  lastCommitHash: field(6, bytes),
  dataHash: field(7, bytes),
  validatorsHash: field(8, bytes),
  nextValidatorsHash: field(9, bytes),
  consensusHash: field(10, bytes),
  appHash: field(11, bytes),
  lastResultsHash: field(12, bytes),
  evidenceHash: field(13, bytes),
  proposerAddress: field(14, bytes),
})
export type Header = Infer<typeof Header>
