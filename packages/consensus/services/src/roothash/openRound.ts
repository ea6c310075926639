import type { CommitmentPool } from '@wadi/consensus/roothash/commitments'
import { errors } from '@wadi/consensus/roothash/errors'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { Namespace } from '@wadi/primitives/namespace'
import type { ReadableState } from '../kernel/state.ts'
import { type KnownRuntimeState, knownRuntimeStateOf } from './queries.ts'

/** A runtime that is at work: nodes were elected, and commit to the next round. */
export interface OpenRound extends KnownRuntimeState {
  readonly committee: Committee
  readonly commitmentPool: CommitmentPool
}

/** The round that is under way; a runtime that is not at work is refused. */
export function openRoundOf(state: ReadableState, id: Namespace): OpenRound {
  const runtimeState = knownRuntimeStateOf(state, id)
  const { suspended, committee, commitmentPool } = runtimeState
  if (suspended) throw errors.runtimeSuspended()
  if (committee === undefined) throw errors.noCommittee()
  if (commitmentPool === undefined) throw errors.noExecutorPool()
  return { ...runtimeState, committee, commitmentPool }
}
