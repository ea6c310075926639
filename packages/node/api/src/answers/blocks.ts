/** Blocks, commits and validators, as calls answer them. */

import type { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { encode } from '@wadi/protobuf/codec'
import { field, message, optional, repeated, required } from '@wadi/protobuf/message'
import { int64 } from '@wadi/protobuf/scalars'
import { SignedHeader } from '@wadi/tendermint/types/lightBlock'
import { Validator } from '@wadi/tendermint/types/validator'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { ChainSource } from '../chainSource.ts'
import { cometErrors } from '../errors.ts'
import { checkBlockHeight, wantedHeight } from '../heights.ts'

/** COMPAT(oasis-core): the total power is counted here, unlike among CometBFT's peers. */
const CountedValidators = message({
  validators: repeated(1, Validator),
  proposer: required(2, Validator),
  totalVotingPower: field(3, int64),
})

/** The header is missing where there is no block yet. */
const AnsweredLightBlock = message({
  signedHeader: optional(1, SignedHeader),
  validatorSet: required(2, CountedValidators),
})

/** The validators of a height, also of the one that is not decided yet. */
function validatorsAt({ states }: ChainSource, height: bigint) {
  const validators = height > 0n ? states.loadValidators(height) : undefined
  if (validators === undefined) throw consensusErrors.versionNotFound()
  return countedOf(validators)
}

function countedOf({ proposer, ...set }: ValidatorSet) {
  if (proposer === undefined) throw consensusErrors.versionNotFound()
  return { ...set, proposer }
}

function signedHeaderAt(source: ChainSource, height: bigint): SignedHeader {
  const { blocks } = source
  checkBlockHeight(source, height, cometErrors.commitQuery)
  const meta = blocks.loadMeta(height)
  // The next block is not there yet: what was seen here has to do.
  const isLast = height === blocks.height
  const commit = isLast ? blocks.loadSeenCommit(height) : blocks.loadCommit(height)
  if (meta === undefined || commit === undefined) throw cometErrors.noCommit()
  return { header: meta.header, commit }
}

/** What a light client needs; of heights to come, only the validators. */
export function lightBlockAt(source: ChainSource, asked: bigint): LightBlock {
  const height = wantedHeight(source, asked)
  const validatorSet = validatorsAt(source, height)
  const isDecided = height <= wantedHeight(source, 0n)
  const signedHeader = isDecided ? signedHeaderAt(source, height) : undefined
  return { height, meta: encode(AnsweredLightBlock, { signedHeader, validatorSet }) }
}

/** Who decides about the block of a height. */
export function validatorsAnswerAt(source: ChainSource, asked: bigint): Validators {
  const height = wantedHeight(source, asked)
  return { height, meta: encode(CountedValidators, validatorsAt(source, height)) }
}
