/** What the scheduler answers. */

import { equalBytes } from '@wadi/base/bytes'
import { calls } from '@wadi/consensus/scheduler/api'
import { type ApiMethods, type ApiView, answering, withWords } from '../kernel/api.ts'
import type { ReadableState } from '../kernel/state.ts'
import { exportGenesis } from './genesis.ts'
import { committeesOf, currentValidatorsOf, parametersOf } from './queries.ts'

function stateOf(view: ApiView): ReadableState {
  return withWords('scheduler: genesis query failed', () => view.state)
}

export const methods: ApiMethods = answering(calls, {
  'Scheduler/GetValidators': ({ state }) =>
    currentValidatorsOf(state).map(([, validator]) => validator),
  'Scheduler/GetCommittees': ({ state }, { runtimeId }) =>
    committeesOf(state).filter((committee) => equalBytes(committee.runtimeId, runtimeId)),
  'Scheduler/StateToGenesis': (view) => exportGenesis(stateOf(view)),
  'Scheduler/ConsensusParameters': (view) => parametersOf(stateOf(view)),
})
