/** What core refuses. */

import { defineSdkErrors } from '../../errors.ts'

export const errors = defineSdkErrors('core', {
  malformedTransaction: [1, 'malformed transaction: {}'],
  invalidTransaction: [2, 'invalid transaction: {}'],
  invalidMethod: [3, 'invalid method: {}'],
  invalidNonce: [4, 'invalid nonce'],
  insufficientFeeBalance: [5, 'insufficient balance to pay fees'],
  outOfMessageSlots: [6, 'out of message slots'],
  messageHandlerNotInvoked: [8, 'message handler not invoked'],
  messageHandlerMissing: [9, 'missing message handler'],
  invalidArgument: [10, 'invalid argument: {}'],
  gasOverflow: [11, 'gas overflow'],
  outOfGas: [12, 'out of gas ({})'],
  tooManyAuth: [15, 'too many authentication slots'],
  multisigTooManySigners: [16, 'multisig too many signers'],
  invariantViolation: [17, 'invariant violation: {}'],
  invalidCallFormat: [18, 'invalid call format: {}'],
  notAuthenticated: [19, 'no module could authenticate the transaction'],
  gasPriceTooLow: [20, 'gas price too low'],
  forbiddenInSecureBuild: [21, 'forbidden in secure build'],
  forbidden: [22, 'forbidden by node policy'],
  oversizedTransaction: [23, 'transaction is too large'],
  expiredTransaction: [24, 'transaction is expired or not yet valid'],
  readOnlyTransaction: [25, 'read-only transaction attempted modifications'],
  futureNonce: [26, 'future nonce'],
  callDepthExceeded: [27, 'call depth exceeded ({})'],
})
