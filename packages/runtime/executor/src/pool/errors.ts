import { definePlainErrors } from '@wadi/base/errors'

/** Why a transaction is not even checked. COMPAT(oasis-core): the words have no code. */
export const errors = definePlainErrors('txpool', {
  duplicate: 'duplicate transaction',
  empty: 'empty transaction',
  tooLarge: 'transaction too large',
  full: 'check queue is full',
})
