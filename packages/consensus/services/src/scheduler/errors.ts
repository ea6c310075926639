import { definePlainErrors } from '@wadi/base/errors'

/** What the scheduler refuses. It has no transactions, and none of this has a code. */
export const errors = definePlainErrors('scheduler', {
  unsafeFlags: 'one or more unsafe debug flags set',
  powerOverflow: 'too many base units to convert to power',
  noMinimum: 'minimum number of validators not configured',
  noMaximum: 'maximum number of validators not configured',
  noMaximumPerEntity: 'maximum number of validators per entity not configured',
  unknownValidator: 'genesis validator not in registry',
  wrongPower: 'genesis validator has wrong power',
  supplyTooLarge: 'total supply power exceeds CometBFT voting power limit',
})
