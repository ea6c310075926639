import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import type { NodeStatus } from '@wadi/consensus/registry'
import * as registryKeys from '@wadi/consensus/registry/keys'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { erase } from '../kernel/state.ts'
import { setNodeStatus } from '../registry/actions.ts'
import { nodeStatusOf } from '../registry/queries.ts'
import { accountOf } from '../staking/queries.ts'
import { counted, evaluateLiveness, freshStatistics } from './liveness.ts'
import {
  entityAddress,
  nodeId,
  punishing,
  RUNTIME_ID,
  runtimeAtWork,
  standing,
  type TestRuntimeOptions,
  toldKinds,
} from './testing/testRuntime.ts'

const EPOCH = 40n

/** Three workers in ten rounds, of which the first saw all, the second six, the third five. */
const TEN_ROUNDS: LivenessStatistics = {
  totalRounds: 10n,
  goodRounds: [10n, 6n, 5n, 0n, 0n, 0n],
  finalizedProposals: [1n, 1n, 3n, 0n, 0n, 0n],
  missedProposals: [0n, 0n, 1n, 0n, 0n, 0n],
}

function judged(
  executor: TestRuntimeOptions['executor'],
  options: TestRuntimeOptions & { readonly before?: (ctx: Context) => void } = {},
): Context {
  const state = { livenessStats: TEN_ROUNDS, ...options.state }
  const ctx = runtimeAtWork({ ...options, state, ...(executor && { executor }) })
  options.before?.(ctx)
  evaluateLiveness(ctx, EPOCH, standing(ctx))
  return ctx
}

function statusOf({ state }: Context, name: string): NodeStatus {
  const status = nodeStatusOf(state, nodeId(name))
  assert(status !== undefined)
  return status
}

/** How many failures are held against each worker. */
function failures(ctx: Context): readonly number[] {
  return [...'abc'].map((name) => statusOf(ctx, name).faults.get(RUNTIME_ID)?.failures ?? 0)
}

function withFailures(ctx: Context, name: string, count: number, suspendedUntil = 0n): void {
  const faults = keyedMap(Namespace, [[RUNTIME_ID, { failures: count, suspendedUntil }]])
  setNodeStatus(ctx.state, nodeId(name), { ...statusOf(ctx, name), faults })
}

describe('liveness', () => {
  it('asks for a percentage of the rounds, rounded down', () => {
    assert.deepEqual(failures(judged({ minLiveRoundsPercent: 60 })), [0, 0, 1])
    assert.deepEqual(failures(judged({ minLiveRoundsPercent: 69 })), [0, 0, 1])
    assert.deepEqual(failures(judged({ minLiveRoundsPercent: 70 })), [0, 1, 1])
  })

  it('asks for nothing unless told', () => assert.deepEqual(failures(judged({})), [0, 0, 0]))

  it('allows a percentage of missed proposals, rounded down', () => {
    assert.deepEqual(failures(judged({ maxMissedProposalsPercent: 25 })), [0, 0, 0])
    assert.deepEqual(failures(judged({ maxMissedProposalsPercent: 24 })), [0, 0, 1])
    assert.deepEqual(failures(judged({ maxMissedProposalsPercent: 0 })), [0, 0, 0])
  })

  it('judges nobody after too few rounds, or in a runtime that is not at work', () => {
    const executor = { minLiveRoundsPercent: 100, minLiveRoundsEval: 10n }
    assert.deepEqual(failures(judged(executor)), [0, 1, 1])
    assert.deepEqual(failures(judged({ ...executor, minLiveRoundsEval: 11n })), [0, 0, 0])
    const none = { ...freshStatistics(6) }
    const states = [
      { livenessStats: none },
      { livenessStats: undefined },
      { suspended: true },
      { committee: undefined },
      { commitmentPool: undefined },
    ]
    for (const state of states) assert.deepEqual(failures(judged(executor, { state })), [0, 0, 0])
  })

  it('judges no backup workers', () => {
    const ctx = judged({ minLiveRoundsPercent: 100 })
    for (const name of 'xyz') assert.equal(statusOf(ctx, name).faults.size, 0)
  })

  it('leaves a node out for longer with every failure, and for shorter with every success', () => {
    const before = (ctx: Context) => {
      withFailures(ctx, 'a', 2)
      withFailures(ctx, 'b', 6)
      withFailures(ctx, 'c', 4)
    }
    const ctx = judged({ minLiveRoundsPercent: 60 }, { before })
    const faults = [...'abc'].map((name) => statusOf(ctx, name).faults.get(RUNTIME_ID))
    assert.deepEqual(faults, [
      { failures: 1, suspendedUntil: EPOCH + 2n },
      { failures: 5, suspendedUntil: EPOCH + 32n },
      { failures: 5, suspendedUntil: EPOCH + 32n },
    ])
  })

  it('does not judge who is left out or frozen already', () => {
    const before = (ctx: Context) => {
      withFailures(ctx, 'b', 1, EPOCH + 1n)
      withFailures(ctx, 'c', 1, EPOCH)
    }
    assert.deepEqual(failures(judged({ minLiveRoundsPercent: 100 }, { before })), [0, 1, 2])
    const freeze = (ctx: Context) =>
      setNodeStatus(ctx.state, nodeId('c'), { ...statusOf(ctx, 'c'), freezeEndTime: 1n })
    const frozen = judged({ minLiveRoundsPercent: 100 }, { before: freeze })
    assert.deepEqual(failures(frozen), [0, 1, 0])
  })

  it('freezes and slashes who has failed too often', () => {
    const executor = { minLiveRoundsPercent: 60, maxLivenessFails: 2 }
    const staking = punishing({ 'runtime-liveness': 50n })
    const options = { runtime: { staking } }
    const once = judged(executor, options)
    assert.equal(statusOf(once, 'c').freezeEndTime, 0n)
    assert.deepEqual(toldKinds(once), [])
    const before = (ctx: Context) => withFailures(ctx, 'c', 1)
    const twice = judged(executor, { ...options, before })
    assert.equal(statusOf(twice, 'c').freezeEndTime, EPOCH + 7n)
    assert.deepEqual(failures(twice), [0, 0, 2])
    assert.equal(accountOf(twice.state, entityAddress('c')).escrow.active.balance, 950n)
  })

  it('freezes for no time at all, which is not at all, only up to the epoch', () => {
    const executor = { minLiveRoundsPercent: 60, maxLivenessFails: 1 }
    const ctx = judged(executor)
    assert.equal(statusOf(ctx, 'c').freezeEndTime, EPOCH)
    assert.deepEqual(toldKinds(ctx), [])
  })

  it('freezes forever rather than beyond the last epoch', () => {
    const staking = punishing({ 'runtime-liveness': 0n })
    const executor = { minLiveRoundsPercent: 60, maxLivenessFails: 1 }
    for (const [epoch, end] of [
      [0xffff_ffff_ffff_fff8n, 0xffff_ffff_ffff_ffffn],
      [0xffff_ffff_ffff_fff9n, 0xffff_ffff_ffff_ffffn],
      [0xffff_ffff_ffff_fff7n, 0xffff_ffff_ffff_fffen],
    ] as const) {
      const ctx = runtimeAtWork({
        executor,
        runtime: { staking },
        state: { livenessStats: TEN_ROUNDS },
      })
      evaluateLiveness(ctx, epoch, standing(ctx))
      assert.equal(statusOf(ctx, 'c').freezeEndTime, end)
    }
  })

  it('without a limit freezes at the 255th failure', () => {
    const before = (count: number) => (ctx: Context) => withFailures(ctx, 'c', count)
    const executor = { minLiveRoundsPercent: 60 }
    assert.equal(statusOf(judged(executor, { before: before(253) }), 'c').freezeEndTime, 0n)
    assert.equal(statusOf(judged(executor, { before: before(254) }), 'c').freezeEndTime, EPOCH)
  })

  it('stops the node if a member is gone', () => {
    const before = (ctx: Context) => erase(ctx.state, registryKeys.nodeStatuses, nodeId('b'))
    assert.throws(() => judged({}, { before }), BugError)
  })

  it('counts only for members', () => {
    const stats = freshStatistics(2)
    assert.deepEqual(counted(stats, 'goodRounds', 1).goodRounds, [0n, 1n])
    assert.throws(() => counted(stats, 'goodRounds', 2), BugError)
  })
})
