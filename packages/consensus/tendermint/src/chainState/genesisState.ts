/** The state of a chain before its first block. */

import { EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import { resultsHash } from '../hashing/contentHashes.ts'
import { BLOCK_VERSION, CHAIN_ID_SIZE_MAX } from '../limits.ts'
import type { ConsensusParamUpdates } from '../types/consensusParams.ts'
import { rotated } from '../validators/priorities.ts'
import {
  createValidatorSet,
  NO_VALIDATORS,
  type ValidatorChange,
} from '../validators/validatorSet.ts'
import type { ChainState } from './chainState.ts'
import { changedParams, checkConsensusParams, DEFAULT_PARAMS } from './consensusParams.ts'

const errors = definePlainErrors('genesisState', {
  badChainId: 'a chain has a name, of at most 50 bytes',
  badHeight: 'no such initial height',
  noPower: 'a validator has voting power',
  noValidators: 'a chain has validators',
})

/** What CometBFT knows of a chain's beginning. */
export interface Genesis {
  readonly chainId: string
  readonly time: Moment
  /** Zero stands for one. */
  readonly initialHeight: bigint
  /** What is undefined is as CometBFT has it. */
  readonly consensusParams: ConsensusParamUpdates
  readonly validators: readonly ValidatorChange[]
}

function withValidators(state: ChainState, members: readonly ValidatorChange[]): ChainState {
  if (members.length === 0) return state
  const validators = createValidatorSet(members)
  return { ...state, validators, nextValidators: rotated(validators, 1) }
}

/** The state before the application was asked. */
export function genesisState(genesis: Genesis): ChainState {
  const { chainId, time, validators } = genesis
  if (chainId === '' || toUtf8(chainId).length > CHAIN_ID_SIZE_MAX) throw errors.badChainId()
  if (genesis.initialHeight < 0n) throw errors.badHeight(`${genesis.initialHeight}`)
  const consensusParams = changedParams(DEFAULT_PARAMS, genesis.consensusParams)
  checkConsensusParams(consensusParams)
  if (validators.some(({ power }) => power === 0n)) throw errors.noPower()
  const initialHeight = genesis.initialHeight === 0n ? 1n : genesis.initialHeight
  const state: ChainState = {
    version: { block: BLOCK_VERSION, app: 0n },
    chainId,
    initialHeight,
    lastBlockHeight: 0n,
    lastBlockId: undefined,
    lastBlockTime: time,
    nextValidators: NO_VALIDATORS,
    validators: NO_VALIDATORS,
    lastValidators: NO_VALIDATORS,
    lastHeightValidatorsChanged: initialHeight,
    consensusParams,
    lastHeightConsensusParamsChanged: initialHeight,
    lastResultsHash: EMPTY_BYTES,
    appHash: EMPTY_BYTES,
  }
  return withValidators(state, validators)
}

/** What an application says to a chain's beginning. */
export interface InitialAnswer {
  readonly consensusParams: ConsensusParamUpdates | undefined
  /** Empty: those of genesis. */
  readonly validators: readonly ValidatorChange[]
  readonly appHash: Uint8Array
}

/** The state that the first block is made with. */
export function initialState(genesis: ChainState, answer: InitialAnswer): ChainState {
  const state = withValidators(genesis, answer.validators)
  if (state.validators.validators.length === 0) throw errors.noValidators()
  const { consensusParams: updates, appHash } = answer
  const consensusParams =
    updates === undefined ? state.consensusParams : changedParams(state.consensusParams, updates)
  const { version } = state
  return {
    ...state,
    consensusParams,
    version: updates === undefined ? version : { ...version, app: consensusParams.version.app },
    lastResultsHash: resultsHash([]),
    appHash,
  }
}
