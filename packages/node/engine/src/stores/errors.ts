import { definePlainErrors } from '@wadi/base/errors'

/** What an application can want of the stores that they cannot do. */
export const errors = definePlainErrors('stores', {
  pruneBeyondHeight: 'cannot forget blocks beyond the last one',
})
