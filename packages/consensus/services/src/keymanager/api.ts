/** What the key manager answers about secrets. */

import { calls } from '@wadi/consensus/keymanager/api'
import type { NamespaceQuery } from '@wadi/consensus/registry/api'
import { type ApiMethods, type ApiView, answering } from '../kernel/api.ts'
import { exportGenesis } from './genesis.ts'
import {
  knownEphemeralSecretOf,
  knownMasterSecretOf,
  knownStatusOf,
  statusesOf,
} from './queries.ts'

const stateToGenesis = ({ state }: ApiView) => ({ ...exportGenesis(state), churp: undefined })
const status = ({ state }: ApiView, { id }: NamespaceQuery) => knownStatusOf(state, id)
const statuses = ({ state }: ApiView) => statusesOf(state)
const masterSecret = ({ state }: ApiView, { id }: NamespaceQuery) => knownMasterSecretOf(state, id)
const ephemeralSecret = ({ state }: ApiView, { id }: NamespaceQuery) =>
  knownEphemeralSecretOf(state, id)

export const methods: ApiMethods = answering(calls, {
  'KeyManager.Secrets/StateToGenesis': stateToGenesis,
  'KeyManager.Secrets/GetStatus': status,
  'KeyManager.Secrets/GetStatuses': statuses,
  'KeyManager.Secrets/GetMasterSecret': masterSecret,
  'KeyManager.Secrets/GetEphemeralSecret': ephemeralSecret,
  'KeyManager/StateToGenesis': stateToGenesis,
  'KeyManager/GetStatus': status,
  'KeyManager/GetStatuses': statuses,
  'KeyManager/GetMasterSecret': masterSecret,
  'KeyManager/GetEphemeralSecret': ephemeralSecret,
})
