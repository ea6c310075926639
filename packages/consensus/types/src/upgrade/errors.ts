import { defineErrors } from '@wadi/base/errors'

/**
 * What the upgrader refuses, with the reference's numbers. 2 to 4 are not in use.
 * COMPAT(oasis-core): no transaction fails with any of these.
 */
export const errors = defineErrors('upgrade', {
  // COMPAT(oasis-core): stops the program; an error of its own kind does so here.
  stopForUpgrade: [1, 'reached upgrade epoch'],
  alreadyPending: [5, 'submitted upgrade is already pending, can not resubmit descriptor'],
  upgradeInProgress: [6, 'can not cancel upgrade in progress'],
  // COMPAT(oasis-core): thrown where nothing is answered here: there is no such upgrade.
  upgradeNotFound: [7, 'not found'],
  // COMPAT(oasis-core): thrown for no descriptor at all, which types rule out here.
  badDescriptor: [8, 'bad descriptor'],
})
