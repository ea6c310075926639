import { definePlainErrors } from '@wadi/base/errors'

/** Why a workload ends before it is told to. */
export const errors = definePlainErrors('txsource', {
  contradiction: 'the network contradicts what is reckoned',
  notRefused: 'something succeeded that must fail',
  notPossible: 'the network leaves nothing to do for this workload',
  lostNonce: 'somebody else used the nonce of an account',
  noAnswer: 'a transaction is in no block',
})

/** Stops a workload at the first thing that cannot be. */
export function check(isSo: boolean, say: () => string): void {
  if (!isSo) throw errors.contradiction(say())
}
