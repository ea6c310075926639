/** What the key manager answers about CHURP. */

import { calls } from '@wadi/consensus/churp/api'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { exportGenesis } from './genesis.ts'
import { allStatusesOf, knownStatusOf, parametersOf, statusesOf } from './queries.ts'

export const methods: ApiMethods = answering(calls, {
  'KeyManager.Churp/StateToGenesis': ({ state }) => exportGenesis(state),
  'KeyManager.Churp/ConsensusParameters': ({ state }) => parametersOf(state),
  'KeyManager.Churp/Status': ({ state }, { runtimeId, churpId }) =>
    knownStatusOf(state, runtimeId, churpId),
  'KeyManager.Churp/Statuses': ({ state }, { id }) => statusesOf(state, id),
  'KeyManager.Churp/AllStatuses': ({ state }) => allStatusesOf(state),
})
