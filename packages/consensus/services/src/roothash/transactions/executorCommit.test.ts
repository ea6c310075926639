import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { runtimeAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { RANK_NONE } from '@wadi/runtime-protocol/commitments/addCommitment'
import type { Subscriptions } from '../../kernel/bus.ts'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import { endsSimulation } from '../../kernel/method.ts'
import { tell } from '../events.ts'
import { runtimesWithCommitments } from '../pendingRuntimes.ts'
import { roundTimeoutsOf } from '../queries.ts'
import {
  commitmentBy,
  costs,
  laterBlock,
  nodeId,
  RUNTIME_ID,
  runtimeAtWork,
  standing,
  toldKinds,
  transferMessage,
} from '../testing/testRuntime.ts'
import { executorCommit } from './executorCommit.ts'

function submit(ctx: Context, ...commits: readonly ExecutorCommitment[]): void {
  executorCommit(ctx, { id: RUNTIME_ID, commits })
}

const params = { gasCosts: costs({ compute_commit: 9n }) }

/** Who was asked to do what a runtime wants. */
const seen: Context[] = []
const teller: { readonly subscriptions: Subscriptions } = {
  subscriptions: {
    runtimeStakingMessage: (ctx) => {
      seen.push(ctx)
      ctx.gas.use(5n)
      tell(ctx, RUNTIME_ID, 'finalized', { round: 1n })
      if (endsSimulation(ctx)) return undefined
      return assert.fail('a commitment only simulates its messages')
    },
  },
}

const pooled = (code: number) => ({ module: 'roothash/commitment', code })
const refused = (code: number) => ({ module: 'roothash', code })

describe('roothash.ExecutorCommit', () => {
  it('puts commitments into the pool, tells each, and has the round looked at', () => {
    const ctx = runtimeAtWork()
    submit(ctx, commitmentBy(ctx, 'a'), commitmentBy(ctx, 'b'), commitmentBy(ctx, 'x'))
    const { commitmentPool } = standing(ctx)
    assert.equal(commitmentPool?.highestRank, 0n)
    assert.equal(commitmentPool?.schedulerCommitments.get(0n)?.votes.size, 3)
    assert.deepEqual(toldKinds(ctx), ['executor_commit', 'executor_commit', 'executor_commit'])
    assert.deepEqual(
      ctx.events[0]?.attributes.map(({ key }) => key),
      ['executor_commit', 'runtime_id'],
    )
    assert.deepEqual(ctx.events[0]?.attributes[1]?.value, RUNTIME_ID)
    assert.deepEqual(runtimesWithCommitments(ctx), [RUNTIME_ID])
  })

  it('gives the round its time when a scheduler commits, and again when a better one does', () => {
    const ctx = runtimeAtWork()
    submit(ctx, commitmentBy(ctx, 'b', { scheduler: 'b' }))
    assert.equal(standing(ctx).timeout, 16n)
    const later = laterBlock(ctx, 13n)
    submit(later, commitmentBy(ctx, 'c', { scheduler: 'b' }))
    assert.equal(standing(later).timeout, 16n)
    submit(later, commitmentBy(ctx, 'a'))
    assert.equal(standing(later).timeout, 18n)
    assert.deepEqual(roundTimeoutsOf(later.state), [{ height: 18n, runtime: RUNTIME_ID }])
  })

  it('does not wait for a scheduler of whom there are only the votes of others', () => {
    const ctx = runtimeAtWork()
    submit(ctx, commitmentBy(ctx, 'b', { scheduler: 'a' }))
    assert.equal(standing(ctx).commitmentPool?.highestRank, RANK_NONE)
    assert.deepEqual(roundTimeoutsOf(ctx.state), [])
  })

  it('refuses all commitments if one cannot go in', () => {
    const ctx = runtimeAtWork()
    const before = standing(ctx)
    const good = commitmentBy(ctx, 'a')
    assert.throws(() => submit(ctx, good, good), pooled(6))
    assert.throws(() => submit(ctx, good, { ...good, nodeId: nodeId('b') }), { module: 'unknown' })
    assert.throws(() => submit(ctx, good, commitmentBy(ctx, 'o')), pooled(5))
    const stale = commitmentBy(ctx, 'b', { results: { round: 11n } })
    assert.throws(() => submit(ctx, stale), pooled(7))
    assert.throws(() => submit(ctx, commitmentBy(ctx, 'a', { result: 'failure' })), pooled(11))
    assert.deepEqual(standing(ctx), before)
    assert.deepEqual(toldKinds(ctx), [])
    assert.deepEqual(runtimesWithCommitments(ctx), [])
  })

  it('refuses a runtime that is unknown, suspended, or without committee or pool', () => {
    const unknown = testNamespace(new Uint8Array(1))
    const ctx = runtimeAtWork()
    const commits = [commitmentBy(ctx, 'a')]
    assert.throws(() => executorCommit(ctx, { id: unknown, commits }), refused(3))
    const states = [
      [{ suspended: true }, 5],
      [{ committee: undefined }, 6],
      [{ commitmentPool: undefined }, 4],
    ] as const
    for (const [state, code] of states)
      assert.throws(() => submit(runtimeAtWork({ state }), ...commits), refused(code))
  })

  it('without commitments does nothing but cost gas, whatever the runtime', () => {
    const ctx = runtimeAtWork({ params, state: { suspended: true } })
    submit(ctx)
    executorCommit(ctx, { id: RUNTIME_ID, commits: undefined })
    assert.equal(ctx.gas.used, 18n)
    assert.deepEqual(runtimesWithCommitments(ctx), [])
  })

  it('when only checked does nothing at all', () => {
    const ctx = runtimeAtWork({ params, context: { mode: 'checkTx' } })
    executorCommit(ctx, {
      id: RUNTIME_ID,
      commits: [{ ...commitmentBy(ctx, 'a'), nodeId: nodeId('b') }],
    })
    assert.equal(ctx.gas.used, 0n)
  })

  it('when simulated only uses gas', () => {
    const ctx = runtimeAtWork({ params, context: { mode: 'simulate', subscribers: [teller] } })
    const before = standing(ctx)
    const messages = [transferMessage(BURN_ADDRESS, 1n)]
    submit(ctx, commitmentBy(ctx, 'a', { messages }))
    assert.equal(ctx.gas.used, 14n)
    assert.deepEqual(standing(ctx), before)
    assert.deepEqual(runtimesWithCommitments(ctx), [])
    assert.throws(() => submit(ctx, commitmentBy(ctx, 'o')), pooled(5))
  })

  it('has the scheduler pay for the messages, and nobody do what they say', () => {
    const ctx = runtimeAtWork({ params, context: { subscribers: [teller] } })
    const messages = [transferMessage(BURN_ADDRESS, 1n), transferMessage(BURN_ADDRESS, 2n)]
    submit(ctx, commitmentBy(ctx, 'a', { messages }))
    assert.equal(ctx.gas.used, 9n + 2n * 5n)
    submit(ctx, commitmentBy(ctx, 'b', { messages }))
    assert.equal(ctx.gas.used, 9n + 2n * 5n + 9n)
    assert.deepEqual(toldKinds(ctx), ['executor_commit', 'executor_commit'])
    assert.equal(
      seen.every(({ mode, isMessage }) => mode === 'simulate' && isMessage),
      true,
    )
    assert.equal(
      seen.every(({ caller }) => equalBytes(caller, runtimeAddress(RUNTIME_ID))),
      true,
    )
  })

  it('takes messages that cannot be paid for, and pays for those that can', () => {
    const gas = gasAccountant(16n)
    const ctx = runtimeAtWork({ params, context: { gas, subscribers: [teller] } })
    const messages = [1n, 2n, 3n].map((amount) => transferMessage(BURN_ADDRESS, amount))
    submit(ctx, commitmentBy(ctx, 'a', { messages }))
    assert.equal(gas.used, 14n)
    assert.deepEqual(toldKinds(ctx), ['executor_commit'])
  })

  it('refuses more messages than the runtime may send', () => {
    const ctx = runtimeAtWork({ executor: { maxMessages: 1 } })
    const message = transferMessage(BURN_ADDRESS, 1n)
    submit(ctx, commitmentBy(ctx, 'a', { messages: [message] }))
    const tooMany = { scheduler: 'b', messages: [message, message] }
    assert.throws(() => submit(ctx, commitmentBy(ctx, 'b', tooMany)), pooled(13))
  })
})
