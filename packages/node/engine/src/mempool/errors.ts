import { definePlainErrors } from '@wadi/base/errors'

/** Why transactions do not even get to the application. */
export const errors = definePlainErrors('mempool', {
  tooLarge: 'transaction is too large',
  preCheck: 'transaction does not fit into a block',
  inCache: 'transaction already exists in cache',
  tooMany: 'too many transactions in a message',
})
