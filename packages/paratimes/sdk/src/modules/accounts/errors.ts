/** What accounts refuses. */

import { defineSdkErrors } from '../../errors.ts'

export const errors = defineSdkErrors('accounts', {
  invalidArgument: [1, 'invalid argument'],
  insufficientBalance: [2, 'insufficient balance'],
  forbidden: [3, 'forbidden by policy'],
  notFound: [4, 'not found'],
})
