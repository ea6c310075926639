import { definePlainErrors } from '@wadi/base/errors'

/** What an operator can do otherwise; the context is one sentence with the remedy. */
export const errors = definePlainErrors('provisioning', {
  badFile: 'a file says something else',
  tooLarge: 'a file is too large',
  exists: 'something is there already',
  mismatch: 'two things do not belong together',
  badValue: 'a value makes no sense',
  badGenesis: 'no network can begin with the genesis document',
})
