/** What becomes of workers that were away too often: by the tables of the protocol. */

import { toHex } from '@wadi/base/bytes'
import type { NodeStatus } from '@wadi/consensus/registry'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import { SlashReason } from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { penaltyOf } from './paymentTables.ts'
import { keysOf, membersOf } from './writtenRound.ts'

/** What the network holds against a node for a ParaTime, and what that costs now. */
export interface Standing {
  readonly failures: number
  readonly suspendedUntil: Epoch
  readonly frozenUntil: Epoch
  readonly pays: bigint
}

/** What the network holds against nodes, by their keys. */
export type Statuses = ReadonlyMap<string, NodeStatus>

/** A worker when the time of its committee is over. */
export interface WorkerStanding {
  readonly node: PublicKey
  /** As the tables say. */
  readonly due: Standing
  /** As its status says, which knows nothing of payments. */
  readonly found: Standing
}

const PERCENT = 100n
const FAILURES_MAX = 255
const DOUBLINGS_MAX = 6
/** Rounds that end because the time of their committee is over. */
const ENDS_OF_EPOCHS: readonly number[] = [HEADER_TYPES.epochTransition, HEADER_TYPES.suspended]

/** Are workers judged with this block? */
export function endsEpoch({ headerType }: Header): boolean {
  return ENDS_OF_EPOCHS.includes(headerType)
}

/** Of a node in a status. */
function standingOf({ faults, freezeEndTime }: NodeStatus, state: RuntimeState): Standing {
  const fault = state.runtime && faults.get(state.runtime.id)
  return {
    failures: fault?.failures ?? 0,
    suspendedUntil: fault?.suspendedUntil ?? 0n,
    frozenUntil: freezeEndTime,
    pays: 0n,
  }
}

/** Were there rounds enough to judge the workers of this committee by? */
export function isJudged({ runtime, suspended, committee, livenessStats }: RuntimeState): boolean {
  const rounds = livenessStats?.totalRounds ?? 0n
  const isWatched = runtime !== undefined && !suspended && committee !== undefined
  return isWatched && rounds > 0n && rounds >= runtime.executor.minLiveRoundsEval
}

/** Has a worker done enough in the epoch that is over? */
export function wasLive(state: RuntimeState, node: PublicKey): boolean {
  const { runtime, livenessStats } = state
  const index = keysOf(state, 'worker').indexOf(toHex(node))
  const { minLiveRoundsPercent = 0, maxMissedProposalsPercent = 0 } = runtime?.executor ?? {}
  const count = (counts: readonly bigint[] | undefined) => counts?.[index] ?? 0n
  const least = ((livenessStats?.totalRounds ?? 0n) * BigInt(minLiveRoundsPercent)) / PERCENT
  if (count(livenessStats?.goodRounds) < least) return false
  if (maxMissedProposalsPercent === 0) return true
  const missed = count(livenessStats?.missedProposals)
  const all = missed + count(livenessStats?.finalizedProposals)
  return missed <= (all * BigInt(maxMissedProposalsPercent)) / PERCENT
}

/** Where a worker stands when the committee's time is over and `epoch` begins. */
function standingAfter(
  state: RuntimeState,
  { node, before, epoch }: { node: PublicKey; before: Standing; epoch: Epoch },
): Standing {
  const { runtime } = state
  const isLeftOut = before.frozenUntil > 0n || epoch < before.suspendedUntil
  if (runtime === undefined || !isJudged(state) || isLeftOut) return before
  if (wasLive(state, node)) {
    const failures = Math.max(0, before.failures - 1)
    return { ...before, failures, suspendedUntil: suspendedUntil(failures, epoch) }
  }
  const failures = before.failures + 1
  const failed = { ...before, failures, suspendedUntil: suspendedUntil(failures, epoch) }
  if (failures < (runtime.executor.maxLivenessFails || FAILURES_MAX)) return failed
  const interval =
    runtime.staking.slashing.get(SlashReason.names['runtime-liveness'])?.freezeInterval ?? 0n
  return { ...failed, frozenUntil: epoch + interval, pays: penaltyOf(runtime, 'runtime-liveness') }
}

function suspendedUntil(failures: number, epoch: Epoch): Epoch {
  return failures === 0 ? 0n : epoch + (1n << BigInt(Math.min(failures, DOUBLINGS_MAX)))
}

/**
 * The workers of a committee when its time is over and `epoch` begins, but for those that have no
 * status before the block or after it.
 */
export function standingsOf(
  state: RuntimeState,
  { was, is, epoch }: { readonly was: Statuses; readonly is: Statuses; readonly epoch: Epoch },
): readonly WorkerStanding[] {
  return workersOf(state).flatMap((node) => {
    const [before, after] = [was.get(toHex(node)), is.get(toHex(node))]
    if (before === undefined || after === undefined) return []
    const due = standingAfter(state, { node, before: standingOf(before, state), epoch })
    return [{ node, due, found: standingOf(after, state) }]
  })
}

/** The workers of a committee, each once. */
export function workersOf(state: RuntimeState): readonly PublicKey[] {
  const keys = new Set(keysOf(state, 'worker'))
  const found = new Map(membersOf(state).map(({ publicKey }) => [toHex(publicKey), publicKey]))
  return [...keys].map((key) => found.get(key)!)
}
