import { defineErrors } from '@wadi/base/errors'

/** What the key manager's secrets part refuses, with the reference's numbers. */
export const errors = defineErrors('keymanager', {
  invalidArgument: [1, 'invalid argument'],
  noSuchStatus: [2, 'no such status'],
  noSuchMasterSecret: [3, 'no such master secret'],
  noSuchEphemeralSecret: [4, 'no such ephemeral secret'],
})
