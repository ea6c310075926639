import { defineErrors } from '@wadi/base/errors'

/** What the consensus layer itself refuses, with the reference's numbers. */
export const errors = defineErrors('consensus', {
  noCommittedBlocks: [1, 'no committed blocks'],
  oversizedTx: [2, 'oversized transaction'],
  versionNotFound: [3, 'version not found'],
  unsupported: [4, 'method not supported'],
  duplicateTx: [5, 'duplicate transaction'],
  invalidArgument: [6, 'invalid argument'],
})

/** Refusals on the way to a method, before any service sees the transaction. */
export const transactionErrors = defineErrors(
  'consensus/transaction',
  {
    invalidNonce: [1, 'invalid nonce'],
    insufficientFeeBalance: [2, 'insufficient balance to pay fees'],
    gasPriceTooLow: [3, 'gas price too low'],
    upgradePending: [4, 'upgrade pending'],
    methodNotSupported: [5, 'method not supported'],
  },
  { title: 'transaction' },
)
