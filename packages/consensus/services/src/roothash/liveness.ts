/** How reliable the members of a committee are, and what follows for those that are not. */

import { assert } from '@wadi/base/errors'
import type { NodeStatus } from '@wadi/consensus/registry'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { SlashReason } from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { ZERO } from '@wadi/primitives/quantity'
import { membersOf } from '@wadi/runtime-protocol/committee'
import type { Context } from '../kernel/context.ts'
import { setNodeStatus } from '../registry/actions.ts'
import { FREEZE_FOREVER, isSuspended, withFailure, withSuccess } from '../registry/nodeStatus.ts'
import { nodeStatusOf } from '../registry/queries.ts'
import type { KnownRuntimeState } from './queries.ts'
import { slashForLiveness } from './slashing.ts'

/** What a limit of zero means. */
const FAILURES_MAX = 255

type Counters = Exclude<keyof LivenessStatistics, 'totalRounds'>

/** The statistics of a committee that has done nothing yet. */
export function freshStatistics(memberCount: number): LivenessStatistics {
  const zeros: readonly bigint[] = new Array(memberCount).fill(0n)
  return { totalRounds: 0n, goodRounds: zeros, finalizedProposals: zeros, missedProposals: zeros }
}

function countOf(stats: LivenessStatistics, counters: Counters, index: number): bigint {
  const count = stats[counters]?.[index]
  assert(count !== undefined, `roothash: no ${counters} of member ${index}`)
  return count
}

/** The statistics with one of a member's counters raised. */
export function counted(
  stats: LivenessStatistics,
  counters: Counters,
  index: number,
): LivenessStatistics {
  const count = countOf(stats, counters, index)
  return { ...stats, [counters]: stats[counters]?.with(index, count + 1n) }
}

/** What a runtime expects of its workers, in terms of the rounds that there were. */
interface Demands {
  readonly goodRoundsMin: bigint
  /** Undefined for any number. */
  readonly missedPercentMax: bigint | undefined
}

/** Was the member there often enough? */
function isLive(stats: LivenessStatistics, index: number, demands: Demands): boolean {
  const { goodRoundsMin, missedPercentMax } = demands
  if (countOf(stats, 'goodRounds', index) < goodRoundsMin) return false
  if (missedPercentMax === undefined) return true
  const missed = countOf(stats, 'missedProposals', index)
  const finalized = countOf(stats, 'finalizedProposals', index)
  return missed <= ((missed + finalized) * missedPercentMax) / 100n
}

/** Judges the workers of a committee whose time is over, before the next one is elected. */
export function evaluateLiveness(
  ctx: Context,
  epoch: Epoch,
  runtimeState: KnownRuntimeState,
): void {
  const { runtime, suspended, committee, commitmentPool, livenessStats: stats } = runtimeState
  if (suspended || committee === undefined || commitmentPool === undefined) return
  if (stats === undefined || stats.totalRounds === 0n) return
  const { minLiveRoundsEval, minLiveRoundsPercent, maxMissedProposalsPercent } = runtime.executor
  if (stats.totalRounds < minLiveRoundsEval) return
  const demands: Demands = {
    goodRoundsMin: (stats.totalRounds * BigInt(minLiveRoundsPercent)) / 100n,
    missedPercentMax:
      maxMissedProposalsPercent === 0 ? undefined : BigInt(maxMissedProposalsPercent),
  }
  for (const [index, { role, publicKey }] of membersOf(committee).entries()) {
    // Workers come first.
    if (role !== CommitteeRole.names.worker) break
    const status = nodeStatusOf(ctx.state, publicKey)
    assert(status !== undefined, 'roothash: nodes do not vanish when an epoch begins')
    if (isSuspended(status, runtime.id, epoch)) continue
    if (isLive(stats, index, demands))
      setNodeStatus(ctx.state, publicKey, withSuccess(status, runtime.id, epoch))
    else recordFailure(ctx, publicKey, { runtime, status, epoch })
  }
}

interface Failure {
  readonly runtime: Runtime
  readonly status: NodeStatus
  readonly epoch: Epoch
}

/** Leaves a node out for a while; one that has failed too often is frozen, and pays. */
function recordFailure(ctx: Context, nodeId: PublicKey, failure: Failure): void {
  const { runtime, epoch } = failure
  const status = withFailure(failure.status, runtime.id, epoch)
  const failures = status.faults.get(runtime.id)?.failures ?? 0
  if (failures < (runtime.executor.maxLivenessFails || FAILURES_MAX)) {
    setNodeStatus(ctx.state, nodeId, status)
    return
  }
  const penalty = runtime.staking.slashing.get(SlashReason.names['runtime-liveness'])
  slashForLiveness(ctx, nodeId, penalty?.amount ?? ZERO)
  const freezeEndTime = freezeEnd(epoch, penalty?.freezeInterval ?? 0n)
  setNodeStatus(ctx.state, nodeId, { ...status, freezeEndTime })
}

function freezeEnd(epoch: Epoch, interval: Epoch): Epoch {
  return epoch > FREEZE_FOREVER - interval ? FREEZE_FOREVER : epoch + interval
}
