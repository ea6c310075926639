import { definePlainErrors } from '@wadi/base/errors'

/** Why no transaction is made. */
export const errors = definePlainErrors('sdkTransaction', {
  feeTooHigh: 'the fee would be more than allowed',
})
