/** May a block come next? */

import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { compareMoments } from '@wadi/primitives/moment'
import { size } from '@wadi/protobuf/codec'
import { checkBlockBasics } from '../basic/checkBlockBasics.ts'
import { verifyCommit } from '../commits/verifyCommit.ts'
import type { SignatureDialect } from '../dialect.ts'
import { consensusParamsHash, validatorsHash } from '../hashing/contentHashes.ts'
import type { Block } from '../types/block.ts'
import { equalBlockIds, NO_BLOCK_ID } from '../types/blockId.ts'
import { EvidenceList } from '../types/evidence.ts'
import { findValidator } from '../validators/validatorSet.ts'
import type { ChainState } from './chainState.ts'
import { medianTime } from './medianTime.ts'

const errors = definePlainErrors('checkBlock', {
  otherVersion: 'block of another version',
  otherChain: 'block of another chain',
  otherHeight: 'block of another height',
  otherLastBlock: 'the block follows another one',
  otherAppHash: 'another state of the application',
  otherParams: 'other consensus parameters',
  otherResults: 'other results of the last block',
  otherValidators: 'other validators',
  otherNextValidators: 'other next validators',
  firstWithCommit: 'the first block has a commit of another',
  strangeProposer: 'the proposer is no validator',
  tooEarly: 'the block is not after the last one',
  otherTime: 'the block is of another time',
  tooMuchEvidence: 'more bytes of evidence than allowed',
})

function checkPlace(state: ChainState, { header }: Block): void {
  const { version, chainId, height } = header
  if (version.app !== state.version.app || version.block !== state.version.block)
    throw errors.otherVersion(`${version.block}, ${version.app}`)
  if (chainId !== state.chainId) throw errors.otherChain()
  const isExpected =
    state.lastBlockHeight === 0n
      ? height === state.initialHeight
      : height === state.lastBlockHeight + 1n
  if (!isExpected) throw errors.otherHeight(`${height}`)
  if (!equalBlockIds(header.lastBlockId, state.lastBlockId)) throw errors.otherLastBlock()
}

function checkHashes(state: ChainState, { header }: Block): void {
  const { consensusParams, validators, nextValidators } = state
  if (!equalBytes(header.appHash, state.appHash)) throw errors.otherAppHash()
  if (!equalBytes(header.consensusHash, consensusParamsHash(consensusParams)))
    throw errors.otherParams()
  if (!equalBytes(header.lastResultsHash, state.lastResultsHash)) throw errors.otherResults()
  if (!equalBytes(header.validatorsHash, validatorsHash(validators.validators)))
    throw errors.otherValidators()
  if (!equalBytes(header.nextValidatorsHash, validatorsHash(nextValidators.validators)))
    throw errors.otherNextValidators()
}

function checkLastCommit(dialect: SignatureDialect, state: ChainState, block: Block): void {
  const { header } = block
  const lastCommit = block.lastCommit!
  if (header.height === state.initialHeight) {
    if (lastCommit.signatures.length > 0) throw errors.firstWithCommit()
    return
  }
  const claim = {
    chainId: state.chainId,
    validators: state.lastValidators,
    blockId: state.lastBlockId ?? NO_BLOCK_ID,
    height: header.height - 1n,
  }
  verifyCommit(dialect, claim, lastCommit)
}

function checkTime(state: ChainState, { header, lastCommit }: Block): void {
  if (header.height < state.initialHeight) throw errors.otherHeight(`${header.height}`)
  const isFirst = header.height === state.initialHeight
  if (!isFirst && compareMoments(header.time, state.lastBlockTime) <= 0) throw errors.tooEarly()
  const time = isFirst ? state.lastBlockTime : medianTime(lastCommit!, state.lastValidators)
  if (compareMoments(header.time, time) !== 0) throw errors.otherTime()
}

/**
 * Refuses a block that may not come next. That the proposer had its turn cannot be seen, as a
 * block may be proposed again in later rounds. Whether evidence is true is another question.
 */
export function checkBlock(dialect: SignatureDialect, state: ChainState, block: Block): void {
  checkBlockBasics(block)
  checkPlace(state, block)
  checkHashes(state, block)
  checkLastCommit(dialect, state, block)
  if (findValidator(state.validators, block.header.proposerAddress) === undefined)
    throw errors.strangeProposer()
  checkTime(state, block)
  const evidenceSize = size(EvidenceList, { evidence: block.evidence })
  if (BigInt(evidenceSize) > state.consensusParams.evidence.maxBytes)
    throw errors.tooMuchEvidence(`${evidenceSize}`)
}
