/** What the bridge to the consensus layer refuses. */

import { defineSdkErrors } from '../../errors.ts'

export const errors = defineSdkErrors('consensus', {
  invalidArgument: [1, 'invalid argument'],
  invalidDenomination: [2, 'invalid denomination'],
  internalState: [3, 'internal state: {}'],
  incompatibleSigner: [4, 'consensus incompatible signer'],
  amountNotRepresentable: [5, 'amount not representable'],
  underMinDelegationAmount: [6, 'amount is lower than the minimum delegation amount'],
})
