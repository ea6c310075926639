/** What always holds of runtimes' rounds. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { RANK_NONE } from '@wadi/runtime-protocol/commitments/addCommitment'
import { membersOf } from '@wadi/runtime-protocol/committee'
import type { Violation } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { runtimesOf, suspendedRuntimesOf } from '../registry/queries.ts'
import { isCompute } from './newRuntime.ts'
import {
  incomingMessagesOf,
  incomingQueueMetaOf,
  type KnownRuntimeState,
  lastIoRootOf,
  lastStateRootOf,
  parametersOf,
  pastRoundRootsOf,
  roundTimeoutsOf,
  runtimeStateOf,
  runtimeStatesOf,
} from './queries.ts'
import { TIMEOUT_NEVER } from './timeouts.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  yield* registrationViolations(state)
  for (const runtimeState of runtimeStatesOf(state)) {
    yield* phaseViolations(runtimeState)
    yield* blockViolations(runtimeState)
    yield* poolViolations(runtimeState)
    yield* statisticsViolations(runtimeState)
    yield* rootViolations(state, runtimeState)
    yield* queueViolations(state, runtimeState.runtime.id)
  }
  yield* timeoutViolations(state)
}

function broken(invariant: string, runtime: Namespace, details: string): Violation {
  return { invariant: `roothash.${invariant}`, details: `runtime ${toHex(runtime)}: ${details}` }
}

/** Roothash knows the runtimes of the registry, and which of them are suspended. */
function* registrationViolations(state: ReadableState): Generator<Violation> {
  const suspended = suspendedRuntimesOf(state).filter(isCompute)
  for (const { id } of [...runtimesOf(state).filter(isCompute), ...suspended])
    if (runtimeStateOf(state, id) === undefined)
      yield broken('registration', id, 'roothash does not know it')
  for (const { id } of suspended)
    if (runtimeStateOf(state, id)?.suspended === false)
      yield broken('registration', id, 'only the registry has it suspended')
}

/** A suspended runtime does nothing; all others have whom and what it takes to go on. */
function* phaseViolations(runtimeState: KnownRuntimeState): Generator<Violation> {
  const { runtime, suspended, committee, commitmentPool, livenessStats, timeout } = runtimeState
  const parts = { committee, commitmentPool }
  for (const [name, part] of Object.entries(parts))
    if ((part === undefined) !== suspended)
      yield broken('phase', runtime.id, suspended ? `suspended with ${name}` : `no ${name}`)
  if (!suspended) return
  if (livenessStats !== undefined) yield broken('phase', runtime.id, 'suspended with statistics')
  if (timeout !== TIMEOUT_NEVER) yield broken('phase', runtime.id, 'suspended with a timeout')
}

/** Blocks are the runtime's own, and none is before the first one. */
function* blockViolations(runtimeState: KnownRuntimeState): Generator<Violation> {
  const { runtime, genesisBlock, lastBlock, lastNormalRound } = runtimeState
  const { id } = runtime
  for (const { header } of [genesisBlock, lastBlock]) {
    if (!equalBytes(header.namespace, id)) yield broken('block', id, 'a block of another runtime')
    if (header.headerType < 1 || header.headerType > 4)
      yield broken('block', id, `a block of type ${header.headerType}`)
  }
  const { round } = lastBlock.header
  if (round < genesisBlock.header.round) yield broken('block', id, `round ${round} is too early`)
  if (lastNormalRound > round) yield broken('block', id, `round ${lastNormalRound} is too late`)
  if (runtimeState.lastNormalHeight > runtimeState.lastBlockHeight)
    yield broken('block', id, 'a normal round came after the last round')
}

/** Whoever leads in a pool has committed, and in a discrepancy nobody else counts. */
function* poolViolations({ runtime, commitmentPool: pool }: KnownRuntimeState) {
  if (pool === undefined) return
  const { highestRank, schedulerCommitments, discrepancy } = pool
  const leading = schedulerCommitments.get(highestRank)
  if (highestRank !== RANK_NONE && leading?.commitment === undefined)
    yield broken('pool', runtime.id, `the scheduler of rank ${highestRank} has not committed`)
  if (discrepancy && schedulerCommitments.size !== 1)
    yield broken('pool', runtime.id, 'several proposals in a discrepancy')
  for (const rank of schedulerCommitments.keys())
    if (rank > highestRank) yield broken('pool', runtime.id, `rank ${rank} is too bad to count`)
}

const COUNTERS = ['goodRounds', 'finalizedProposals', 'missedProposals'] as const

function* statisticsViolations(runtimeState: KnownRuntimeState): Generator<Violation> {
  const { runtime, committee, livenessStats: stats } = runtimeState
  if (stats === undefined || committee === undefined) return
  const { id } = runtime
  const memberCount = membersOf(committee).length
  for (const counters of COUNTERS)
    if ((stats[counters] ?? []).length !== memberCount)
      yield broken('statistics', id, `${counters} do not fit the committee`)
  if ((stats.goodRounds ?? []).some((count) => count > stats.totalRounds))
    yield broken('statistics', id, 'a member did well in more rounds than there were')
  if (sumOf(stats, 'finalizedProposals') > stats.totalRounds)
    yield broken('statistics', id, 'more proposals were finalized than rounds')
}

function sumOf(stats: LivenessStatistics, counters: (typeof COUNTERS)[number]): bigint {
  return (stats[counters] ?? []).reduce((sum, count) => sum + count, 0n)
}

/** The roots for proofs are those of the last block, and there are not too many. */
function* rootViolations(
  state: ReadableState,
  { runtime: { id }, lastBlock }: KnownRuntimeState,
): Generator<Violation> {
  const { stateRoot, ioRoot, round } = lastBlock.header
  if (!equalBytes(lastStateRootOf(state, id) ?? EMPTY_HASH, stateRoot))
    yield broken('roots', id, 'another last state root')
  if (!equalBytes(lastIoRootOf(state, id) ?? EMPTY_HASH, ioRoot))
    yield broken('roots', id, 'another last I/O root')
  const past = pastRoundRootsOf(state, id)
  if (BigInt(past.length) > parametersOf(state).maxPastRootsStored)
    yield broken('roots', id, `${past.length} past roots`)
  const newest = past.at(-1)?.[0] ?? 0n
  if (newest > round) yield broken('roots', id, `roots of round ${newest}, which is to come`)
}

/** The queue is as long as it says, and its numbers were given out. */
function* queueViolations(state: ReadableState, id: Namespace): Generator<Violation> {
  const { size, nextSequenceNumber } = incomingQueueMetaOf(state, id)
  const messages = incomingMessagesOf(state, id)
  if (messages.length !== size)
    yield broken('queue', id, `${messages.length} messages instead of ${size}`)
  if (messages.some((message) => message.id >= nextSequenceNumber))
    yield broken('queue', id, 'a message with a number that is still to come')
}

/** Exactly those rounds time out that have a timeout, and those of the past did. */
function* timeoutViolations(state: ReadableState): Generator<Violation> {
  const scheduled = roundTimeoutsOf(state)
  const armed = runtimeStatesOf(state).filter(({ timeout }) => timeout !== TIMEOUT_NEVER)
  for (const { height, runtime } of scheduled) {
    const runtimeState = runtimeStateOf(state, runtime)
    if (runtimeState?.timeout !== height)
      yield broken('timeout', runtime, `a timeout at ${height} that is not the round's`)
    else if (height <= runtimeState.lastBlockHeight)
      yield broken('timeout', runtime, `the timeout at ${height} never happened`)
  }
  for (const { runtime, timeout } of armed)
    if (
      !scheduled.some((entry) => entry.height === timeout && equalBytes(entry.runtime, runtime.id))
    )
      yield broken('timeout', runtime.id, `no timeout at ${timeout}`)
}
