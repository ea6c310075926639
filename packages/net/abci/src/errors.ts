import { definePlainErrors } from '@wadi/base/errors'

/** What an operator may get wrong. */
export const errors = definePlainErrors('abci', {
  address: 'not tcp://host:port or unix://path',
})
