import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { ChainFacts } from '@wadi/tendermint/round/roundState'

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
