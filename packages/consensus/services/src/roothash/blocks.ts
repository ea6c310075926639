/** What roothash does when a block begins and when it ends. */

import { assert, CodedError } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Parameters } from '@wadi/consensus/roothash'
import { type Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import { errors as stakingErrors } from '@wadi/consensus/staking/errors'
import { emptyBlock } from '@wadi/runtime-protocol/block'
import { beginningEpoch } from '../beacon/queries.ts'
import { type Context, currentHeight } from '../kernel/context.ts'
import { hasEvent } from '../kernel/events.ts'
import { suspendRuntime } from '../registry/actions.ts'
import { runtimesOf } from '../registry/queries.ts'
import { runtimeOwnerAddress } from '../registry/stakeClaims.ts'
import { committeeOf } from '../scheduler/queries.ts'
import { type StakeSnapshot, stakeSnapshot } from '../staking/stakeClaims.ts'
import { appendBlock, blockTimestamp } from './appendBlock.ts'
import { tryFinalizeRound } from './finalizeRound.ts'
import { isCompute } from './newRuntime.ts'
import { runtimesWithCommitments } from './pendingRuntimes.ts'
import {
  type KnownRuntimeState,
  knownRuntimeStateOf,
  parametersOf,
  roundTimeoutsOf,
} from './queries.ts'
import { removeExpiredEvidence, setRuntimeState } from './state.ts'

/** Gives runtimes their new committees, if an election was just held. */
export function beginBlock(ctx: Context): void {
  const isElected = hasEvent(ctx, 'oasis_event_200_scheduler', 'elected')
  if (beginningEpoch(ctx) === undefined && !isElected) return
  const params = parametersOf(ctx.state)
  const stake = stakeSnapshot(ctx.state)
  for (const runtime of runtimesOf(ctx.state)) {
    if (isCompute(runtime)) changeCommittee(ctx, runtime, { params, stake })
  }
}

interface Conditions {
  readonly params: Parameters
  readonly stake: StakeSnapshot
}

function changeCommittee(ctx: Context, runtime: Runtime, conditions: Conditions): void {
  const { state } = ctx
  const runtimeState = knownRuntimeStateOf(state, runtime.id)
  forgetEvidence(ctx, runtimeState, conditions.params)
  const committee = committeeOf(state, CommitteeKind.names.executor, runtime.id)
  const changed =
    committee === undefined || !isCovered(runtime, conditions)
      ? suspended(ctx, runtimeState)
      : withCommittee(ctx, runtimeState, committee)
  // Changes of the descriptor count from now on.
  setRuntimeState(state, { ...changed, runtime, livenessStats: undefined })
}

function forgetEvidence(
  { state }: Context,
  { runtime, lastBlock }: KnownRuntimeState,
  { maxEvidenceAge }: Parameters,
): void {
  const { round } = lastBlock.header
  if (round > maxEvidenceAge) removeExpiredEvidence(state, runtime.id, round - maxEvidenceAge)
}

/** Has the owner still the stake that the runtime and whatever else he registered take? */
function isCovered(runtime: Runtime, { params, stake }: Conditions): boolean {
  if (params.debugDoNotSuspendRuntimes || params.debugBypassStake) return true
  const owner = runtimeOwnerAddress(runtime)
  assert(owner !== undefined, 'roothash: nobody owns a runtime that the consensus layer governs')
  try {
    stake.check(owner)
    return true
  } catch (error) {
    if (error instanceof CodedError && error.reason === INSUFFICIENT_STAKE) return false
    throw error
  }
}

const INSUFFICIENT_STAKE = stakingErrors.insufficientStake().reason

function suspended(ctx: Context, runtimeState: KnownRuntimeState): KnownRuntimeState {
  suspendRuntime(ctx, runtimeState.runtime.id)
  const block = emptyBlock(runtimeState.lastBlock, blockTimestamp(ctx), 'suspended')
  return { ...appendBlock(ctx, runtimeState, block), suspended: true, committee: undefined }
}

/** An empty block tells clients which state is final when the committee changes. */
function withCommittee(
  ctx: Context,
  runtimeState: KnownRuntimeState,
  committee: Committee,
): KnownRuntimeState {
  const block = emptyBlock(runtimeState.lastBlock, blockTimestamp(ctx), 'epochTransition')
  return { ...appendBlock(ctx, runtimeState, block), suspended: false, committee }
}

/** Decides the rounds for which commitments came in, then those whose time is over. */
export function endBlock(ctx: Context): void {
  for (const runtime of runtimesWithCommitments(ctx)) tryFinalizeRound(ctx, runtime, 'commitments')
  for (const { runtime } of roundTimeoutsOf(ctx.state, currentHeight(ctx)))
    tryFinalizeRound(ctx, runtime, 'timeout')
}
