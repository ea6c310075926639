import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import * as keys from '@wadi/consensus/roothash/keys'
import { CommitteeKind } from '@wadi/consensus/scheduler/committee'
import { ElectedEvent } from '@wadi/consensus/scheduler/events'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import { Account, EscrowAccount, SharePool, StakeAccumulator } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { quantity } from '@wadi/primitives/quantity'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { entriesOf, erase, write } from '../kernel/state.ts'
import { runtimeOf, suspendedRuntimeOf } from '../registry/queries.ts'
import { testKey } from '../testing/testNodes.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { violations } from './invariants.ts'
import { freshStatistics } from './liveness.ts'
import { noteCommitments } from './pendingRuntimes.ts'
import { roundTimeoutsOf } from './queries.ts'
import { addEvidence } from './state.ts'
import {
  commitmentBy,
  committeeOfNames,
  RUNTIME_ID,
  runtimeAtWork,
  standing,
  type TestRuntimeOptions,
  testHash,
  testRuntime,
  toldKinds,
} from './testing/testRuntime.ts'
import { executorCommit } from './transactions/executorCommit.ts'

/** The beginning of a block in which the scheduler has elected. */
function elected(options: TestRuntimeOptions = {}): Context {
  const ctx = runtimeAtWork({ ...options, context: { mode: 'beginBlock', ...options.context } })
  emit(ctx, 'oasis_event_200_scheduler', 'elected', zero(ElectedEvent))
  return ctx
}

function begin(ctx: Context): void {
  ctx.events.splice(1)
  beginBlock(ctx)
  ctx.events.shift()
  assert.deepEqual([...violations(ctx.state)], [])
}

/** An account with so much in escrow, of which 500 are claimed. */
function claim(ctx: Context, address: Uint8Array, balance: bigint): void {
  const thresholds = [{ global: undefined, const: quantity(500n) }]
  const stakeAccumulator = make(StakeAccumulator, { claims: keyedMap(text, [['x', thresholds]]) })
  const active = make(SharePool, { balance: quantity(balance) })
  const escrow = make(EscrowAccount, { active, stakeAccumulator })
  write(ctx.state, stakingKeys.accounts, [address as never], make(Account, { escrow }))
}

function header(ctx: Context) {
  return standing(ctx).lastBlock.header
}

describe('a change of committees', () => {
  it('comes with the scheduler, or with the epoch', () => {
    const quiet = runtimeAtWork({ context: { mode: 'beginBlock' } })
    beginBlock(quiet)
    assert.equal(header(quiet).round, 11n)
    write(quiet.state, beaconKeys.currentEpoch, [], { epoch: 6n, height: 11n })
    beginBlock(quiet)
    assert.equal(header(quiet).round, 12n)
  })

  it('gives an empty block, and begins with a new committee, pool and statistics', () => {
    const ctx = elected({ state: { livenessStats: freshStatistics(6), timeout: 0n } })
    executorCommit(ctx, { id: RUNTIME_ID, commits: [commitmentBy(ctx, 'a')] })
    const committee = { ...committeeOfNames('cab', 'zy'), validFor: 6n }
    write(ctx.state, schedulerKeys.committees, [committee.kind, RUNTIME_ID], committee)
    begin(ctx)
    const now = standing(ctx)
    assert.equal(header(ctx).headerType, HEADER_TYPES.epochTransition)
    assert.deepEqual(header(ctx).stateRoot, testHash('genesis'))
    assert.deepEqual(header(ctx).ioRoot, EMPTY_HASH)
    assert.deepEqual(now.committee, committee)
    assert.deepEqual(now.commitmentPool, FRESH_POOL)
    assert.equal(now.livenessStats, undefined)
    assert.deepEqual([now.lastBlockHeight, now.lastNormalRound], [11n, 11n])
    assert.deepEqual(roundTimeoutsOf(ctx.state), [])
    assert.deepEqual(toldKinds(ctx), ['finalized'])
  })

  it('brings changes of the descriptor into force', () => {
    const ctx = elected()
    const changed = testRuntime({ executor: { maxMessages: 99 } })
    write(ctx.state, registryKeys.runtimes, [RUNTIME_ID], changed)
    assert.notDeepEqual(standing(ctx).runtime, changed)
    begin(ctx)
    assert.deepEqual(standing(ctx).runtime, changed)
  })

  it('suspends a runtime without a committee', () => {
    const ctx = elected({ state: { livenessStats: freshStatistics(6) } })
    executorCommit(ctx, { id: RUNTIME_ID, commits: [commitmentBy(ctx, 'a')] })
    erase(ctx.state, schedulerKeys.committees, CommitteeKind.names.executor, RUNTIME_ID)
    begin(ctx)
    const { suspended, committee, commitmentPool, timeout, livenessStats } = standing(ctx)
    assert.equal(suspended, true)
    assert.deepEqual([committee, commitmentPool, livenessStats], [undefined, undefined, undefined])
    assert.equal(timeout, 0n)
    assert.equal(header(ctx).headerType, HEADER_TYPES.suspended)
    assert.equal(runtimeOf(ctx.state, RUNTIME_ID), undefined)
    assert.notEqual(suspendedRuntimeOf(ctx.state, RUNTIME_ID), undefined)
    assert.deepEqual(toldKinds(ctx), ['runtime_suspended', 'finalized'])
  })

  it('suspends a runtime whose owner has less stake than is claimed', () => {
    const owner = stakingAddress(testKey(1))
    for (const [balance, suspended] of [
      [500n, false],
      [499n, true],
    ] as const) {
      const ctx = elected()
      claim(ctx, owner, balance)
      begin(ctx)
      assert.equal(standing(ctx).suspended, suspended)
    }
  })

  it('looks at the stake of the runtime itself if it governs itself', () => {
    const ctx = elected({ runtime: { governanceModel: 2 } })
    claim(ctx, stakingAddress(testKey(1)), 0n)
    begin(ctx)
    assert.equal(standing(ctx).suspended, false)
    const poor = elected({ runtime: { governanceModel: 2 } })
    claim(poor, runtimeAddress(RUNTIME_ID), 0n)
    begin(poor)
    assert.equal(standing(poor).suspended, true)
  })

  it('looks at no stake where the parameters say so', () => {
    const bypasses = [{ debugDoNotSuspendRuntimes: true }, { debugBypassStake: true }]
    for (const params of bypasses) {
      const ctx = elected({ params })
      claim(ctx, stakingAddress(testKey(1)), 0n)
      begin(ctx)
      assert.equal(standing(ctx).suspended, false)
    }
  })

  it('stops the node if the consensus layer governs the runtime', () => {
    assert.throws(() => begin(elected({ runtime: { governanceModel: 3 } })), BugError)
  })

  it('lets a suspended runtime that runs again go on', () => {
    const state = { suspended: true, committee: undefined, commitmentPool: undefined }
    const ctx = elected({ state })
    begin(ctx)
    assert.equal(standing(ctx).suspended, false)
    assert.equal(header(ctx).headerType, HEADER_TYPES.epochTransition)
  })

  it('gives no block to a runtime that stays suspended, or that is a key manager', () => {
    const ctx = elected()
    erase(ctx.state, registryKeys.runtimes, RUNTIME_ID)
    const keyManager = testNamespace(new Uint8Array(1), { isKeyManager: true })
    const runtime = testRuntime({ runtime: { id: keyManager, kind: 2 } })
    write(ctx.state, registryKeys.runtimes, [keyManager], runtime)
    begin(ctx)
    assert.deepEqual(ctx.events, [])
    assert.equal(header(ctx).round, 11n)
  })

  it('forgets evidence that is too old', () => {
    const remembered = (maxEvidenceAge: bigint) => {
      const ctx = elected({ params: { maxEvidenceAge } })
      for (const round of [0n, 7n, 8n, 9n]) addEvidence(ctx.state, RUNTIME_ID, round, testHash('x'))
      begin(ctx)
      return [...entriesOf(ctx.state, keys.evidence, RUNTIME_ID)].map(([[, round]]) => round)
    }
    // Eleven rounds ago is not before the first round.
    assert.deepEqual(remembered(11n), [0n, 7n, 8n, 9n])
    assert.deepEqual(remembered(10n), [7n, 8n, 9n])
    assert.deepEqual(remembered(3n), [8n, 9n])
  })
})

describe('the end of a block', () => {
  it('decides each round once for commitments, by identifier', () => {
    const ctx = runtimeAtWork()
    executorCommit(ctx, {
      id: RUNTIME_ID,
      commits: [...'abc'].map((name) => commitmentBy(ctx, name)),
    })
    noteCommitments(ctx, RUNTIME_ID)
    endBlock(ctx)
    assert.equal(header(ctx).round, 12n)
    assert.deepEqual([...violations(ctx.state)], [])
  })

  it('without commitments and timeouts does nothing', () => {
    const ctx = runtimeAtWork()
    endBlock(ctx)
    assert.deepEqual(ctx.events, [])
    assert.equal(standing(ctx).livenessStats, undefined)
  })
})
