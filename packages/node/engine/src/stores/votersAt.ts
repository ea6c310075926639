import { equalBytes } from '@wadi/base/bytes'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { validatorsHash } from '@wadi/tendermint/hashing/contentHashes'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { BlockStore, StateStore } from './contract.ts'

/** Where validators are looked for. */
export interface VoterSources {
  readonly blockStore: Pick<BlockStore, 'loadMeta'>
  readonly stateStore: Pick<StateStore, 'loadVoters'>
}

/**
 * The validators of a height; if their record is damaged, those of today, provided that the header
 * of the height names just these. Their turns are those of some other height.
 */
export function votersAt(
  { blockStore, stateStore }: VoterSources,
  chain: ChainState,
  height: bigint,
): ValidatorSet | undefined {
  if (height === chain.lastBlockHeight) return chain.lastValidators
  const known = stateStore.loadVoters(height)
  if (known !== undefined) return known
  const hash = blockStore.loadMeta(height)?.header.validatorsHash
  if (hash === undefined) return undefined
  const { lastValidators, validators } = chain
  return [lastValidators, validators].find((set) =>
    equalBytes(validatorsHash(set.validators), hash),
  )
}
