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

/**
 * Can the others decide blocks alone? A chain that waits for us has nothing that we could fetch,
 * whatever peers say.
 */
export function canChainGoOnWithout(
  { validators }: ChainState,
  address: Uint8Array | undefined,
): boolean {
  const own = address === undefined ? undefined : findValidator(validators, address)
  return own === undefined || own.validator.votingPower < validators.totalVotingPower / 3n
}
