import { defineErrors } from '@wadi/base/errors'

/** What governance refuses, with the reference's numbers. */
export const errors = defineErrors('governance', {
  invalidArgument: [1, 'invalid argument'],
  upgradeTooSoon: [2, 'upgrade too soon'],
  upgradeAlreadyPending: [3, 'upgrade already pending'],
  noSuchUpgrade: [4, 'no such upgrade'],
  noSuchProposal: [5, 'no such proposal'],
  notEligible: [6, 'not eligible'],
  votingIsClosed: [7, 'voting is closed'],
})
