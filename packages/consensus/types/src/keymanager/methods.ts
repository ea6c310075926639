/** What transactions ask of the key manager's secrets part. */

import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedPolicySgx,
} from './types.ts'

/** Bodies by the name of the method. */
export const methodBodies = {
  'keymanager.UpdatePolicy': SignedPolicySgx,
  'keymanager.PublishMasterSecret': SignedEncryptedMasterSecret,
  'keymanager.PublishEphemeralSecret': SignedEncryptedEphemeralSecret,
} as const
