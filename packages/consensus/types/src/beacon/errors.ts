import { defineErrors } from '@wadi/base/errors'

/** What the beacon refuses, with the reference's numbers. */
export const errors = defineErrors('beacon', {
  invalidArgument: [1, 'invalid argument'],
  beaconNotAvailable: [2, 'random beacon not available'],
})
