import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Parameters } from '@wadi/consensus/scheduler'
import { ParameterChanges } from '@wadi/consensus/scheduler/parameterChanges'
import { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { testContext } from '../testing/testContext.ts'
import { testRuntimeId } from '../testing/testElection.ts'
import { subscriptions } from './messages.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

const before = make(Parameters, {
  minValidators: 1n,
  maxValidators: 2n,
  maxValidatorsPerEntity: 3n,
})

function world(params: Partial<Parameters> = {}, isDebug = false): Context {
  const ctx = testContext({ mode: 'endBlock', isDebug })
  setParameters(ctx.state, { ...before, ...params })
  return ctx
}

function change(ctx: Context, changes: Partial<ParameterChanges>): void {
  const body = encode(ParameterChanges, make(ParameterChanges, changes))
  subscriptions.changeParameters?.(ctx, { module: 'scheduler', changes: body })
}

describe("changing the scheduler's parameters", () => {
  it('changes the three that may be changed, to whatever is wanted', () => {
    const ctx = world()
    const changes = { minValidators: -7n, maxValidators: 0n, votingPowerDistribution: 255 }
    change(ctx, changes)
    assert.deepEqual(parametersOf(ctx.state), { ...before, ...changes })
  })

  it('changes nothing else, and must change something', () => {
    const plain = { module: 'unknown', code: 1 }
    assert.throws(() => change(world(), {}), plain)
    const unknown = encode(Parameters, before)
    assert.throws(
      () => subscriptions.changeParameters?.(world(), { module: 'scheduler', changes: unknown }),
      plain,
    )
  })

  it('is refused while something is set that is for tests only', () => {
    const nobody = keyedMap(Namespace, [[testRuntimeId(1), undefined]])
    for (const unsafe of [
      { debugBypassStake: true },
      { debugAllowWeakAlpha: true },
      { debugForceElect: nobody },
    ]) {
      const refusal = { module: 'unknown', code: 1, reason: 'scheduler.unsafeFlags' }
      assert.throws(() => change(world(unsafe), { minValidators: 2n }), refusal)
      change(world(unsafe, true), { minValidators: 2n })
    }
  })
})
