/** What a chain can do without one of its validators. */

import { equalBytes } from '@wadi/base/bytes'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { findValidator } from '@wadi/tendermint/validators/validatorSet'

/** Is there nobody else from whom blocks could come? */
export function isOnlyValidator(
  { validators }: ChainState,
  address: Uint8Array | undefined,
): boolean {
  const [first, ...others] = validators.validators
  if (first === undefined || address === undefined || others.length > 0) return false
  return equalBytes(first.address, address)
}

/** What our votes count for; undefined if they do not. */
function powerOf({ validators }: ChainState, address: Uint8Array | undefined): bigint | undefined {
  return address && findValidator(validators, address)?.validator.votingPower
}

/**
 * May somebody have blocks that we have not? A chain that waits for us has nothing that we could
 * fetch, whatever peers say.
 * COMPAT(cometbft): a third of the power is rounded down, so that one of four who have a vote each
 * is waited for, although the others can decide without it.
 */
export function canChainGoOnWithout(chain: ChainState, address: Uint8Array | undefined): boolean {
  const own = powerOf(chain, address)
  return own === undefined || own < chain.validators.totalVotingPower / 3n
}

/** Have the others more than two thirds of the power? */
export function canOthersDecide(chain: ChainState, address: Uint8Array | undefined): boolean {
  return 3n * (powerOf(chain, address) ?? 0n) < chain.validators.totalVotingPower
}
