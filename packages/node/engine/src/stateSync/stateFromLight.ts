import { equalBytes } from '@wadi/base/bytes'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { consensusParamsHash } from '@wadi/tendermint/hashing/contentHashes'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { Header } from '@wadi/tendermint/types/header'
import type { LightBlock } from '@wadi/tendermint/types/lightBlock'

/** The verified light blocks around a snapshot. */
export interface LightBlocksAround {
  /** The block after which the snapshot was made. */
  readonly last: LightBlock
  /** The first block that the node will run: its header names the state. */
  readonly current: LightBlock
  /** What the application changes at the snapshot's height is in force here. */
  readonly next: LightBlock
  /** Of the block after which the snapshot was made; all its signatures are right. */
  readonly commit: Commit
}

/** Where a chain begins, and how it is called. */
export type ChainName = Pick<ChainState, 'chainId' | 'initialHeight'>

/** The parameters that a block was made under; undefined if its header tells of others. */
export function paramsOfHeader(
  params: ConsensusParams,
  { consensusHash, version }: Header,
): ConsensusParams | undefined {
  if (!equalBytes(consensusParamsHash(params), consensusHash)) return undefined
  // The version is not in that hash, but in the header itself.
  return { ...params, version: { app: version.app } }
}

/** The state of the chain after the snapshot's block. */
export function stateFromLight(
  { chainId, initialHeight }: ChainName,
  { last, current, next, commit }: LightBlocksAround,
  consensusParams: ConsensusParams,
): ChainState {
  const { header } = last.signedHeader
  const { header: following } = current.signedHeader
  return {
    version: following.version,
    chainId,
    initialHeight,
    lastBlockHeight: header.height,
    lastBlockId: commit.blockId,
    lastBlockTime: header.time,
    nextValidators: next.validatorSet,
    validators: current.validatorSet,
    lastValidators: last.validatorSet,
    lastHeightValidatorsChanged: next.signedHeader.header.height,
    consensusParams,
    lastHeightConsensusParamsChanged: following.height,
    lastResultsHash: following.lastResultsHash,
    appHash: following.appHash,
  }
}
