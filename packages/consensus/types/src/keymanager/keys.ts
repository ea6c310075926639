/** Every key of the key manager's secrets part. */

import { keyFormat } from '@wadi/primitives/keyFormat'
import { cborValue, hashedNamespace } from '../state/stateTable.ts'
import {
  Parameters,
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from './types.ts'

/** Where each key manager stands. */
export const statuses = {
  name: 'keymanager.statuses',
  keys: keyFormat(0x70, hashedNamespace),
  value: cborValue(Status),
} as const

/** The parameters of the secrets part. */
export const parameters = {
  name: 'keymanager.parameters',
  keys: keyFormat(0x71),
  value: cborValue(Parameters),
} as const

/** The last one that was published. */
export const masterSecrets = {
  name: 'keymanager.masterSecrets',
  keys: keyFormat(0x72, hashedNamespace),
  value: cborValue(SignedEncryptedMasterSecret),
} as const

/** The last one that was published. */
export const ephemeralSecrets = {
  name: 'keymanager.ephemeralSecrets',
  keys: keyFormat(0x73, hashedNamespace),
  value: cborValue(SignedEncryptedEphemeralSecret),
} as const
