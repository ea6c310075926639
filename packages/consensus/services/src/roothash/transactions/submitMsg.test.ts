import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { RuntimeStakingParameters, TxnSchedulerParameters } from '@wadi/consensus/registry/runtime'
import * as keys from '@wadi/consensus/roothash/keys'
import { SubmitMsg } from '@wadi/consensus/roothash/methods'
import { runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../../kernel/context.ts'
import { has } from '../../kernel/state.ts'
import { accountOf } from '../../staking/queries.ts'
import { testKey } from '../../testing/testNodes.ts'
import { incomingMessagesOf, incomingQueueMetaOf } from '../queries.ts'
import {
  costs,
  fund,
  RUNTIME_ID,
  runtimeAtWork,
  type TestRuntimeOptions,
  toldKinds,
} from '../testing/testRuntime.ts'
import { submitMsg } from './submitMsg.ts'

const alice = stakingAddress(testKey(7))

/** A runtime that takes two messages for at least 10 each, and alice with 100. */
function postbox(options: TestRuntimeOptions = {}): Context {
  const ctx = runtimeAtWork({
    ...options,
    runtime: {
      txnScheduler: make(TxnSchedulerParameters, { maxInMessages: 2 }),
      staking: make(RuntimeStakingParameters, { minInMessageFee: quantity(10n) }),
      ...options.runtime,
    },
    context: { caller: alice, ...options.context },
  })
  fund(ctx.state, alice, 100n)
  return ctx
}

function submit(ctx: Context, fee: bigint, tokens = 0n, fields: Partial<SubmitMsg> = {}): void {
  const amounts = { fee: quantity(fee), tokens: quantity(tokens) }
  submitMsg(ctx, make(SubmitMsg, { id: RUNTIME_ID, ...amounts, ...fields }))
}

function balances({ state }: Context): readonly bigint[] {
  return [alice, runtimeAddress(RUNTIME_ID)].map((who) => accountOf(state, who).general.balance)
}

const refused = (code: number) => ({ module: 'roothash', code })

describe('roothash.SubmitMsg', () => {
  it('queues the message with the next number, and gives the runtime fee and tokens', () => {
    const ctx = postbox()
    const data = Uint8Array.of(1, 2, 3)
    submit(ctx, 10n, 5n, { tag: 42n, data })
    submit(ctx, 11n)
    assert.deepEqual(balances(ctx), [74n, 26n])
    assert.deepEqual(incomingQueueMetaOf(ctx.state, RUNTIME_ID), {
      size: 2,
      nextSequenceNumber: 2n,
    })
    const [first, second] = incomingMessagesOf(ctx.state, RUNTIME_ID)
    assert.deepEqual(first, { id: 0n, caller: alice, tag: 42n, fee: 10n, tokens: 5n, data })
    assert.equal(second?.id, 1n)
    assert.deepEqual(toldKinds(ctx), ['transfer', 'transfer'])
  })

  it('moves nothing and tells nothing if there is nothing to move', () => {
    const ctx = postbox({ runtime: { staking: make(RuntimeStakingParameters, {}) } })
    submit(ctx, 0n)
    assert.deepEqual(toldKinds(ctx), [])
    assert.equal(incomingQueueMetaOf(ctx.state, RUNTIME_ID).size, 1)
  })

  it('refuses everything if the runtime takes no messages', () => {
    const ctx = postbox({ runtime: { txnScheduler: make(TxnSchedulerParameters, {}) } })
    assert.throws(() => submit(ctx, 0n), refused(11))
  })

  it('refuses less than the least fee', () => {
    assert.throws(() => submit(postbox(), 9n, 50n), refused(12))
    submit(postbox(), 10n)
  })

  it('refuses what the caller does not have', () => {
    const ctx = postbox()
    assert.throws(() => submit(ctx, 10n, 91n), { module: 'staking', code: 3 })
    assert.equal(has(ctx.state, keys.incomingQueueMetas, RUNTIME_ID), false)
    submit(ctx, 10n, 90n)
  })

  it('gives back what was paid if the queue is full', () => {
    const ctx = postbox()
    submit(ctx, 10n)
    submit(ctx, 10n)
    assert.throws(() => submit(ctx, 10n), refused(11))
    assert.deepEqual(balances(ctx), [80n, 20n])
    assert.equal(ctx.events.length, 2)
    assert.deepEqual(incomingQueueMetaOf(ctx.state, RUNTIME_ID), {
      size: 2,
      nextSequenceNumber: 2n,
    })
  })

  it('refuses a runtime that is not at work before anything else', () => {
    const id = testNamespace(new Uint8Array(1))
    assert.throws(() => submit(postbox(), 0n, 0n, { id }), refused(3))
    const states = [
      [{ suspended: true }, 5],
      [{ committee: undefined }, 6],
      [{ commitmentPool: undefined }, 4],
    ] as const
    for (const [state, code] of states)
      assert.throws(() => submit(postbox({ state }), 0n), refused(code))
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const params = { gasCosts: costs({ submit_msg: 7n }) }
    const checked = postbox({ params, context: { mode: 'checkTx' } })
    submit(checked, 0n)
    assert.equal(checked.gas.used, 0n)
    const simulated = postbox({ params, context: { mode: 'simulate' } })
    submit(simulated, 0n)
    assert.equal(simulated.gas.used, 7n)
    assert.equal(incomingQueueMetaOf(simulated.state, RUNTIME_ID).size, 0)
  })
})
