/** What the bridge of accounts refuses. */

import { defineSdkErrors } from '../../errors.ts'

export const errors = defineSdkErrors('consensus_accounts', {
  invalidArgument: [1, 'invalid argument'],
  invalidDenomination: [2, 'invalid denomination'],
  insufficientBalance: [3, 'insufficient balance'],
  forbidden: [4, 'forbidden by policy'],
})
