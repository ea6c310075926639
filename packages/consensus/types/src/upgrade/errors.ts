import { defineErrors } from '@wadi/base/errors'

/** What the upgrader refuses, with the reference's numbers. 2 to 4 are not in use. */
export const errors = defineErrors('upgrade', {
  stopForUpgrade: [1, 'reached the epoch of an upgrade'],
  alreadyPending: [5, 'this upgrade is already pending'],
  upgradeInProgress: [6, 'an upgrade in progress cannot be cancelled'],
  upgradeNotFound: [7, 'no such upgrade'],
  badDescriptor: [8, 'bad descriptor'],
})
