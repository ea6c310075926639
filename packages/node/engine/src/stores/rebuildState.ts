/**
 * The state of the chain again, when it is lost and the blocks are not: what it was before the last
 * block, whose header names most of it. That block is applied afterwards, as after a crash.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { consensusParamsHash, validatorsHash } from '@wadi/tendermint/hashing/contentHashes'
import type { Header } from '@wadi/tendermint/types/header'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { NO_VALIDATORS } from '@wadi/tendermint/validators/validatorSet'
import type { BlockStore, StateStore } from './contract.ts'

/** See the top of this file; undefined if something of it is nowhere to be found. */
export function rebuildState(
  genesis: ChainState,
  blockStore: BlockStore,
  stateStore: StateStore,
): ChainState | undefined {
  const header = blockStore.loadMeta(blockStore.height)?.header
  if (header === undefined) return undefined
  const { height } = header
  const before = stateBefore(genesis, header, { blockStore, stateStore })
  const validators = known(stateStore.loadTurns(height), header.validatorsHash)
  const nextValidators = known(stateStore.loadTurns(height + 1n), header.nextValidatorsHash)
  const params = stateStore.loadConsensusParams(height)
  const arePartsKnown = before && validators && nextValidators && params
  if (!arePartsKnown || !equalBytes(consensusParamsHash(params), header.consensusHash))
    return undefined
  return {
    ...before,
    version: header.version,
    chainId: genesis.chainId,
    initialHeight: genesis.initialHeight,
    lastBlockId: header.lastBlockId,
    nextValidators,
    validators,
    // They were the same before perhaps; so they are stored in full again.
    lastHeightValidatorsChanged: height + 1n,
    consensusParams: { ...params, version: { app: header.version.app } },
    lastHeightConsensusParamsChanged: height,
    lastResultsHash: header.lastResultsHash,
    appHash: header.appHash,
  }
}

type Before = Pick<ChainState, 'lastBlockHeight' | 'lastBlockTime' | 'lastValidators'>

/** What concerns the block before the last one; genesis, if there is none. */
function stateBefore(
  genesis: ChainState,
  { height }: Header,
  stores: { readonly blockStore: BlockStore; readonly stateStore: StateStore },
): Before | undefined {
  if (height === genesis.initialHeight)
    return {
      lastBlockHeight: 0n,
      lastBlockTime: genesis.lastBlockTime,
      lastValidators: NO_VALIDATORS,
    }
  const lastHeader = stores.blockStore.loadMeta(height - 1n)?.header
  const found = stores.stateStore.loadTurns(height - 1n)
  const lastValidators = lastHeader && known(found, lastHeader.validatorsHash)
  if (lastHeader === undefined || lastValidators === undefined) return undefined
  return { lastBlockHeight: lastHeader.height, lastBlockTime: lastHeader.time, lastValidators }
}

/** The validators, if they are those that a header names. */
function known(set: ValidatorSet | undefined, hash: Uint8Array): ValidatorSet | undefined {
  return set !== undefined && equalBytes(validatorsHash(set.validators), hash) ? set : undefined
}
