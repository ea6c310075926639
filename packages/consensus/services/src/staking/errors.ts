import { definePlainErrors } from '@wadi/base/errors'

/** What staking refuses without a code of its own, so that it is reported as unknown/1. */
export const plainErrors = definePlainErrors('cometbft/staking', {
  invalidAddress: 'invalid account address',
  reservedSigner: 'using a reserved account address is prohibited',
  invalidThreshold: 'invalid claim threshold',
  noSuchClaim: 'claim does not exist',
})
