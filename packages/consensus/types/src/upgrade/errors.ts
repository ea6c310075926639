import { defineErrors } from '@wadi/base/errors'

/** What the upgrader refuses, with the reference's numbers. 2 to 4 are not in use. */
export const errors = defineErrors('upgrade', {
  stopForUpgrade: [1, 'reached upgrade epoch'],
  alreadyPending: [5, 'submitted upgrade is already pending, can not resubmit descriptor'],
  upgradeInProgress: [6, 'can not cancel upgrade in progress'],
  upgradeNotFound: [7, 'not found'],
  badDescriptor: [8, 'bad descriptor'],
})
