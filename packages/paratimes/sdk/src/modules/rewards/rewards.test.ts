import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { RoundResults } from '@wadi/consensus/roothash'
import { Address } from '@wadi/primitives/address'
import { alice, bob, charlie } from '../../testing/testKeys.ts'
import { TestChain, testModules, testParatime } from '../../testing/testParatime.ts'
import { amountsOf, NATIVE, native, U64_MAX } from '../../types/token.ts'
import { accounts } from '../accounts/accounts.ts'
import { Parameters as AccountsParameters } from '../accounts/types.ts'
import { REWARD_POOL, receiversOf, rewards } from './rewards.ts'

const of = (...keys: readonly (typeof alice)[]) =>
  keys.map(({ signer }) => signer.publicKey.body) as never

function round(chain: TestChain, good: readonly (typeof alice)[], bad: readonly (typeof alice)[]) {
  const roundResults = make(RoundResults, {
    goodComputeEntities: of(...good),
    badComputeEntities: of(...bad),
  })
  chain.execute([], { roundResults })
}

function chainWithPool(pool: bigint): TestChain {
  const funded = accounts({
    parameters: AccountsParameters.zero,
    balances: [[REWARD_POOL, amountsOf([[NATIVE, pool]])]],
    totalSupplies: amountsOf([[NATIVE, pool]]),
  })
  return new TestChain({ ...testParatime, modules: testModules([funded]) })
}

describe('rewards', () => {
  it('go to those who were good often enough, and never bad, when the epoch is over', () => {
    const chain = chainWithPool(1_000n)
    for (let i = 0; i < 4; i++) round(chain, i === 0 ? [alice, bob] : [alice, bob, charlie], [])
    round(chain, [alice], [bob])
    round(chain, [bob, alice], [])
    assert.equal(chain.balanceOf(alice.address), 0n)
    round(chain.set({ epoch: 2n as never }), [charlie], [])
    const balances = [alice, bob, charlie].map(({ address }) => chain.balanceOf(address))
    assert.deepEqual(balances, [100n, 0n, 0n])
  })

  it('count the last round of an epoch for the next one', () => {
    const chain = chainWithPool(1_000n)
    round(chain, [alice], [])
    round(chain.set({ epoch: 2n as never }), [charlie], [])
    assert.equal(chain.balanceOf(charlie.address), 0n)
    round(chain.set({ epoch: 3n as never }), [], [])
    assert.equal(chain.balanceOf(charlie.address), 100n)
  })

  it('stop for the epoch when the pool is too small', () => {
    const chain = chainWithPool(150n)
    round(chain, [alice, bob, charlie], [])
    round(chain.set({ epoch: 2n as never }), [], [])
    assert.equal(chain.balanceOf(REWARD_POOL), 50n)
  })

  it('are for those who reach the threshold, and not one beyond', () => {
    const counts = (numbers: readonly bigint[]) =>
      keyedMap(
        Address,
        [alice, bob].map(({ address }, i) => [address, numbers[i]] as const),
      )
    const threshold = {
      participationThresholdNumerator: 3n,
      participationThresholdDenominator: 4n,
    }
    assert.equal(receiversOf(counts([8n, 6n]), threshold).length, 2)
    assert.deepEqual(receiversOf(counts([8n, 5n]), threshold), [alice.address])
    // 3 · best does not fit 64 bits: then it is divided first, and rounded before it is multiplied.
    const best = U64_MAX - 1n
    const rounded = (best / 4n) * 3n
    assert.equal(receiversOf(counts([best, rounded]), threshold).length, 2)
    assert.equal(receiversOf(counts([best, rounded - 1n]), threshold).length, 1)
  })

  it('have steps in order, and a threshold that can be reached', () => {
    const parameters = {
      schedule: {
        steps: [
          { until: 2n, amount: native(1n) },
          { until: 2n, amount: native(1n) },
        ],
      },
      participationThresholdNumerator: 1n,
      participationThresholdDenominator: 1n,
    }
    assert.throws(() => rewards({ parameters }), { reason: 'paratimeRewards.badSchedule' })
    const schedule = { steps: [] }
    for (const [numerator, denominator] of [
      [2n, 1n],
      [0n, 0n],
    ] as const) {
      const bad = {
        schedule,
        participationThresholdNumerator: numerator,
        participationThresholdDenominator: denominator,
      }
      assert.throws(() => rewards({ parameters: bad }), { reason: 'paratimeRewards.badThreshold' })
    }
    rewards({ parameters: { ...parameters, schedule } })
  })
})
