import type { Moment } from '@wadi/primitives/moment'
import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message, optional, required } from '@wadi/protobuf/message'
import { bytes, int64, text } from '@wadi/protobuf/scalars'
import { type BlockId, NilableBlockId } from '../types/blockId.ts'
import { ConsensusParams } from '../types/consensusParams.ts'
import { ConsensusVersion } from '../types/header.ts'
import { Timestamp } from '../types/timestamp.ts'
import { ValidatorSet } from '../types/validatorSet.ts'
import { NO_VALIDATORS } from '../validators/validatorSet.ts'

/** What checking the next block needs of all blocks before it. */
export interface ChainState {
  readonly version: ConsensusVersion
  readonly chainId: string
  readonly initialHeight: bigint
  /** Zero before the first block. */
  readonly lastBlockHeight: bigint
  readonly lastBlockId: BlockId | undefined
  /** That of genesis before the first block. */
  readonly lastBlockTime: Moment
  /** Of the block after the next one. */
  readonly nextValidators: ValidatorSet
  /** Of the next block, with its proposer of round 0. */
  readonly validators: ValidatorSet
  /** Of the last block, whose commit they signed; nobody before the second block. */
  readonly lastValidators: ValidatorSet
  /** From this height on they are as they are in `nextValidators`. */
  readonly lastHeightValidatorsChanged: bigint
  readonly consensusParams: ConsensusParams
  readonly lastHeightConsensusParamsChanged: bigint
  readonly lastResultsHash: Uint8Array
  /** The application's, after the last block. */
  readonly appHash: Uint8Array
}

const Version = message({
  consensus: field(1, embedded(ConsensusVersion)),
  software: field(2, text),
})

const StateMessage = message({
  version: field(1, embedded(Version)),
  chainId: field(2, text),
  lastBlockHeight: field(3, int64),
  lastBlockId: field(4, embedded(NilableBlockId)),
  lastBlockTime: field(5, embedded(Timestamp)),
  nextValidators: required(6, ValidatorSet),
  validators: required(7, ValidatorSet),
  lastValidators: optional(8, ValidatorSet),
  lastHeightValidatorsChanged: field(9, int64),
  consensusParams: field(10, embedded(ConsensusParams)),
  lastHeightConsensusParamsChanged: field(11, int64),
  lastResultsHash: field(12, bytes),
  appHash: field(13, bytes),
  initialHeight: field(14, int64),
})

function fromMessage({ version, lastValidators, ...rest }: Infer<typeof StateMessage>): ChainState {
  return {
    ...rest,
    version: version.consensus,
    lastValidators: lastValidators ?? NO_VALIDATORS,
  }
}

/** As a node keeps it: `tendermint.state.State`. */
export const ChainState: Schema<ChainState> = mapped(StateMessage, {
  from: fromMessage,
  to: ({ version, lastValidators, ...rest }) => ({
    ...rest,
    version: { consensus: version, software: '' },
    lastValidators: lastValidators.validators.length === 0 ? undefined : lastValidators,
  }),
})
