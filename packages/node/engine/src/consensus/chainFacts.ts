import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { ChainFacts } from '@wadi/tendermint/round/roundState'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { NO_VALIDATORS } from '@wadi/tendermint/validators/validatorSet'

/** What of a chain's state the rounds of its next height need. */
export function chainFacts(
  chain: ChainState,
  lastHeaderAppHash: Uint8Array | undefined,
): ChainFacts {
  const { initialHeight, lastBlockHeight, validators, lastValidators, appHash } = chain
  const blockBytesMax = chain.consensusParams.block.maxBytes
  return {
    initialHeight,
    lastBlockHeight,
    validators,
    lastValidators,
    appHash,
    lastHeaderAppHash,
    blockBytesMax,
  }
}

/** What the rounds of the height needed whose block is the chain's last, to decide it once more. */
export function factsOfLastBlock(
  chain: ChainState,
  votersBefore: ValidatorSet | undefined,
): ChainFacts {
  return {
    ...chainFacts(chain, undefined),
    lastBlockHeight:
      chain.lastBlockHeight === chain.initialHeight ? 0n : chain.lastBlockHeight - 1n,
    validators: chain.lastValidators,
    lastValidators: votersBefore ?? NO_VALIDATORS,
    // The parameters may have been others.
    blockBytesMax: -1n,
  }
}
