import { assert } from '@wadi/base/errors'
import {
  commitHash,
  consensusParamsHash,
  evidenceListHash,
  validatorsHash,
} from '../hashing/contentHashes.ts'
import { dataHashOf } from '../transactionProof.ts'
import type { Block } from '../types/block.ts'
import { NO_BLOCK_ID } from '../types/blockId.ts'
import type { Commit } from '../types/commit.ts'
import type { Evidence } from '../types/evidence.ts'
import type { ChainState } from './chainState.ts'
import { medianTime } from './medianTime.ts'

/** The commit in the first block: of nothing. */
export const NO_COMMIT: Commit = { height: 0n, round: 0, blockId: NO_BLOCK_ID, signatures: [] }

/** What a proposer puts into a block. */
export interface BlockContent {
  readonly transactions: readonly Uint8Array[]
  readonly evidence: readonly Evidence[]
  /** Of the last block; {@link NO_COMMIT} in the first one. */
  readonly lastCommit: Commit
  readonly proposerAddress: Uint8Array
}

/** The height of the block that comes next. */
export function nextHeight({ lastBlockHeight, initialHeight }: ChainState): bigint {
  return lastBlockHeight === 0n ? initialHeight : lastBlockHeight + 1n
}

/** The next block of a chain. */
export function makeBlock(state: ChainState, content: BlockContent): Block {
  const { transactions, evidence, lastCommit, proposerAddress } = content
  const height = nextHeight(state)
  const isFirst = height === state.initialHeight
  assert(!isFirst || lastCommit.signatures.length === 0, 'block: the first one follows on nothing')
  const header = {
    version: state.version,
    chainId: state.chainId,
    height,
    time: isFirst ? state.lastBlockTime : medianTime(lastCommit, state.lastValidators),
    lastBlockId: state.lastBlockId,
    lastCommitHash: commitHash(lastCommit),
    dataHash: dataHashOf(transactions),
    validatorsHash: validatorsHash(state.validators.validators),
    nextValidatorsHash: validatorsHash(state.nextValidators.validators),
    consensusHash: consensusParamsHash(state.consensusParams),
    appHash: state.appHash,
    lastResultsHash: state.lastResultsHash,
    evidenceHash: evidenceListHash(evidence),
    proposerAddress,
  }
  return { header, transactions, evidence, lastCommit }
}
