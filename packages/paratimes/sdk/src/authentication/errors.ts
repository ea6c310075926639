/** What is no key, where one was needed. */

import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('paratimeKeys', {
  badPoint: 'not a point of the curve',
  notASigner: 'no signer of the transaction',
})
