/** What the key manager is asked about secrets. */

import { askedAt, askedBy, grown, watched } from '../api.ts'
import { NamespaceQuery } from '../registry/api.ts'
import {
  Genesis,
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from './types.ts'

/** The part of CHURP is not in it. */
const stateToGenesis = askedAt(Genesis)
const status = askedBy(NamespaceQuery, Status)
const statuses = askedAt(grown(Status))
const masterSecret = askedBy(NamespaceQuery, SignedEncryptedMasterSecret)
const ephemeralSecret = askedBy(NamespaceQuery, SignedEncryptedEphemeralSecret)

export const calls = {
  'KeyManager.Secrets/StateToGenesis': stateToGenesis,
  'KeyManager.Secrets/GetStatus': status,
  'KeyManager.Secrets/GetStatuses': statuses,
  'KeyManager.Secrets/GetMasterSecret': masterSecret,
  'KeyManager.Secrets/GetEphemeralSecret': ephemeralSecret,
  // COMPAT(oasis-core): the names from before there was CHURP.
  'KeyManager/StateToGenesis': stateToGenesis,
  'KeyManager/GetStatus': status,
  'KeyManager/GetStatuses': statuses,
  'KeyManager/GetMasterSecret': masterSecret,
  'KeyManager/GetEphemeralSecret': ephemeralSecret,
} as const

/** Those that there are, and each that changes. */
const everyStatus = watched(Status)
const masterSecrets = watched(SignedEncryptedMasterSecret)
const ephemeralSecrets = watched(SignedEncryptedEphemeralSecret)

export const streams = {
  'KeyManager.Secrets/WatchStatuses': everyStatus,
  'KeyManager.Secrets/WatchMasterSecrets': masterSecrets,
  'KeyManager.Secrets/WatchEphemeralSecrets': ephemeralSecrets,
  'KeyManager/WatchStatuses': everyStatus,
  'KeyManager/WatchMasterSecrets': masterSecrets,
  'KeyManager/WatchEphemeralSecrets': ephemeralSecrets,
} as const
