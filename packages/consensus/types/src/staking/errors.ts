import { defineErrors } from '@wadi/base/errors'

/** What staking refuses, with the reference's numbers. */
export const errors = defineErrors('staking', {
  invalidArgument: [1, 'invalid argument'],
  // COMPAT(oasis-core): defined and never thrown; a bad signature is a plain error.
  invalidSignature: [2, 'invalid signature'],
  insufficientBalance: [3, 'insufficient balance'],
  insufficientStake: [4, 'insufficient stake'],
  forbidden: [5, 'forbidden by policy'],
  invalidThreshold: [6, 'invalid threshold'],
  tooManyAllowances: [7, 'too many allowances'],
  underMinDelegationAmount: [8, 'amount is lower than the minimum delegation amount'],
  underMinTransferAmount: [9, 'amount is lower than the minimum transfer amount'],
  balanceTooLow: [10, 'balance too low'],
  allowanceGreaterThanSupply: [11, 'allowance greater than total supply'],
})

/**
 * Refusals of tokens, which the reference counts as a module of its own.
 * COMPAT(oasis-core): thrown only where amounts are printed for people.
 */
export const tokenErrors = defineErrors('staking/token', {
  invalidValueExponent: [1, "invalid token's value exponent"],
})
