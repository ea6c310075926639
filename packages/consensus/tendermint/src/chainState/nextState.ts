import { definePlainErrors } from '@wadi/base/errors'
import { type HashedResult, resultsHash } from '../hashing/contentHashes.ts'
import type { BlockId } from '../types/blockId.ts'
import type { ConsensusParamUpdates } from '../types/consensusParams.ts'
import type { Header } from '../types/header.ts'
import { rotated } from '../validators/priorities.ts'
import { changeValidatorSet, type ValidatorChange } from '../validators/validatorSet.ts'
import type { ChainState } from './chainState.ts'
import { changedParams, checkConsensusParams } from './consensusParams.ts'

const errors = definePlainErrors('nextState', {
  badKeyType: 'keys of that type may not vote',
})

const KEY_TYPE = 'ed25519'

/** A block that was decided and executed, and what came of it. */
export interface ExecutedBlock {
  readonly blockId: BlockId
  readonly header: Header
  readonly results: readonly HashedResult[]
  readonly validatorUpdates: readonly ValidatorChange[]
  readonly consensusParamUpdates: ConsensusParamUpdates | undefined
  /** The application's, after the block. */
  readonly appHash: Uint8Array
}

/** The state after a block. What the application changes is refused if no chain can go on so. */
export function nextState(state: ChainState, executed: ExecutedBlock): ChainState {
  const { blockId, header, results, validatorUpdates, consensusParamUpdates, appHash } = executed
  const isKeyAllowed = state.consensusParams.validator.pubKeyTypes.includes(KEY_TYPE)
  if (!isKeyAllowed && validatorUpdates.some(({ power }) => power !== 0n))
    throw errors.badKeyType(KEY_TYPE)
  const changed = changeValidatorSet(state.nextValidators, validatorUpdates)
  const after = {
    ...state,
    lastBlockHeight: header.height,
    lastBlockId: blockId,
    lastBlockTime: header.time,
    nextValidators: rotated(changed, 1),
    validators: state.nextValidators,
    lastValidators: state.validators,
    lastHeightValidatorsChanged:
      validatorUpdates.length > 0 ? header.height + 2n : state.lastHeightValidatorsChanged,
    lastResultsHash: resultsHash(results),
    appHash,
  }
  if (consensusParamUpdates === undefined) return after
  const consensusParams = changedParams(state.consensusParams, consensusParamUpdates)
  checkConsensusParams(consensusParams)
  return {
    ...after,
    consensusParams,
    version: { ...state.version, app: consensusParams.version.app },
    lastHeightConsensusParamsChanged: header.height + 1n,
  }
}
