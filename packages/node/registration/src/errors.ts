import { definePlainErrors } from '@wadi/base/errors'

/** Why a node is not registered. */
export const errors = definePlainErrors('registration', {
  noRoles: 'no roles to register for',
  noRuntimes: 'no runtimes provided while runtimes are required',
  noConsensusAddresses: 'node has no valid consensus addresses',
  ownerFile: 'failed to load entity descriptor',
})

/** Why a transaction of the node's own is not submitted. */
export const submissionErrors = definePlainErrors('submission', {
  feeTooHigh: 'computed fee exceeds configured maximum',
})
