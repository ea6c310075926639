import { defineErrors } from '@wadi/base/errors'

/** What the consensus layer itself refuses, with the reference's numbers. */
export const errors = defineErrors('consensus', {
  noCommittedBlocks: [1, 'no committed blocks'],
  oversizedTx: [2, 'oversized transaction'],
  versionNotFound: [3, 'version not found'],
  // COMPAT(oasis-core): no transaction fails with this: nodes without what is asked answer so.
  unsupported: [4, 'method not supported'],
  // COMPAT(oasis-core): only a node that waits for its own transaction says so.
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
    // COMPAT(oasis-core): thrown for an upgrade at the height that is checked for, which none has:
    // an upgrade's height is that of the block before it.
    upgradePending: [4, 'upgrade pending'],
    // COMPAT(oasis-core): only clients that cannot submit transactions say so.
    methodNotSupported: [5, 'method not supported'],
  },
  { title: 'transaction' },
)
