import { definePlainErrors } from '@wadi/base/errors'

/** Why a node cannot begin with the state of others. */
export const errors = definePlainErrors('stateSync', {
  aborted: 'the application does not want any snapshot',
  otherState: 'the application has another state than the chain: begin with an empty one',
  otherAppVersion: 'the application is of another version than the chain',
  noParams: 'nobody tells the consensus parameters',
  otherParams: 'those who were asked tell different consensus parameters',
})
