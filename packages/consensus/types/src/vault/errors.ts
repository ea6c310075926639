import { defineErrors } from '@wadi/base/errors'

/** What the vault refuses, with the reference's numbers. */
export const errors = defineErrors('vault', {
  invalidArgument: [1, 'invalid argument'],
  noSuchVault: [2, 'no such vault'],
  noSuchState: [3, 'no such state'],
  invalidNonce: [4, 'invalid nonce'],
  forbidden: [5, 'forbidden'],
  noSuchAction: [6, 'no such action'],
  unsupportedAction: [7, 'action not supported'],
})
