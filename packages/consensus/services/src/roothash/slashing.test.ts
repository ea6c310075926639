import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { runtimeAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { accountOf, commonPoolOf } from '../staking/queries.ts'
import { slashForLiveness, slashForResults } from './slashing.ts'
import {
  entityAddress,
  entityOf,
  nodeId,
  punishing,
  RUNTIME_ID,
  runtimeAtWork,
  testRuntime,
  toldKinds,
} from './testing/testRuntime.ts'

function escrowOf(ctx: ReturnType<typeof runtimeAtWork>, name: string): bigint {
  return accountOf(ctx.state, entityAddress(name)).escrow.active.balance
}

function runtimeThatTakes(amount: bigint, rewardBadResults = 0) {
  const staking = punishing({ 'runtime-incorrect-results': amount }, { rewardBadResults })
  return testRuntime({ runtime: { staking } })
}

describe('slashing for wrong results', () => {
  it('slashes an entity for each of its nodes, and rewards it for each of its nodes', () => {
    const ctx = runtimeAtWork()
    const [a, b, c] = ['a', 'b', 'c'].map(entityOf)
    slashForResults(ctx, runtimeThatTakes(90n), { good: [a!, a!, b!], bad: [c!, c!] })
    assert.deepEqual(
      [...'abc'].map((name) => escrowOf(ctx, name)),
      [1_120n, 1_060n, 820n],
    )
  })

  it('takes what there is, and rewards nobody if there is nothing', () => {
    const ctx = runtimeAtWork()
    const verdict = { good: [entityOf('a')], bad: [entityOf('b')] }
    slashForResults(ctx, runtimeThatTakes(5_000n), verdict)
    assert.deepEqual(
      [...'ab'].map((name) => escrowOf(ctx, name)),
      [2_000n, 0n],
    )
    ctx.events.length = 0
    slashForResults(ctx, runtimeThatTakes(5_000n), verdict)
    assert.deepEqual(toldKinds(ctx), [])
  })

  it('does nothing if the runtime does not mind', () => {
    const ctx = runtimeAtWork()
    slashForResults(ctx, testRuntime(), { good: [entityOf('a')], bad: [entityOf('b')] })
    assert.deepEqual(toldKinds(ctx), [])
  })

  it('leaves in the common pool what it gives to nobody', () => {
    const ctx = runtimeAtWork()
    slashForResults(ctx, runtimeThatTakes(99n, 50), { good: [], bad: [entityOf('b')] })
    assert.equal(accountOf(ctx.state, runtimeAddress(RUNTIME_ID)).general.balance, 49n)
    assert.equal(commonPoolOf(ctx.state), 50n)
  })

  it('neither makes nor loses anything, rounds down, and treats all alike', () => {
    const amounts = fc.record({
      penalty: fc.bigInt(1n, 1_500n),
      percent: fc.integer({ min: 0, max: 100 }),
      goodCount: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(amounts, ({ penalty, percent, goodCount }) => {
        const ctx = runtimeAtWork()
        const good = [...'abc'].slice(0, goodCount).map(entityOf)
        slashForResults(ctx, runtimeThatTakes(penalty, percent), { good, bad: [entityOf('x')] })
        const slashed = 1_000n - escrowOf(ctx, 'x')
        const forRuntime = accountOf(ctx.state, runtimeAddress(RUNTIME_ID)).general.balance
        const forEach = [...'abc'].slice(0, goodCount).map((name) => escrowOf(ctx, name) - 1_000n)
        assert.equal(forRuntime, (slashed * BigInt(percent)) / 100n)
        const share = goodCount === 0 ? 0n : (slashed - forRuntime) / BigInt(goodCount)
        assert.deepEqual(forEach, new Array(goodCount).fill(share))
        const given = forRuntime + share * BigInt(goodCount)
        assert.equal(commonPoolOf(ctx.state), slashed - given)
      }),
      { numRuns: 30 },
    )
  })
})

describe('slashing for absence', () => {
  it('takes stake and gives it to nobody', () => {
    const ctx = runtimeAtWork()
    slashForLiveness(ctx, nodeId('a'), quantity(30n))
    assert.equal(escrowOf(ctx, 'a'), 970n)
    assert.equal(commonPoolOf(ctx.state), 30n)
    assert.deepEqual(toldKinds(ctx), ['take_escrow'])
  })

  it('looks for no node if it takes nothing; else the node has to be there', () => {
    const ctx = runtimeAtWork()
    slashForLiveness(ctx, nodeId('o'), quantity(0n))
    assert.throws(() => slashForLiveness(ctx, nodeId('o'), quantity(1n)), BugError)
  })
})
