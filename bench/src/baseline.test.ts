import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findSlowdowns, inAll, isComparable, type Slowdown, updateBaseline } from './baseline.ts'
import type { Result } from './measure.ts'

const machine = { node: '26', platform: 'linux', arch: 'x64', processor: '12ab' }

/** A run in which we reach so many times the yardstick's figure. */
function resultOf(
  ratio: number,
  other: Partial<Result> & { readonly rounds?: number } = {},
): Result {
  const { rounds = 9, ...rest } = other
  return {
    scenario: 'test',
    unit: 'operations',
    yardstick: 'node',
    figures: [
      { name: 'node', value: 1000, ratio: 1, rounds },
      { name: 'wadi', value: 1000 * ratio, ratio, rounds },
      { name: 'noble', value: 500, ratio: 0.5, rounds },
    ],
    absent: [],
    notes: [],
    verdicts: [],
    ...rest,
  }
}

describe('the baseline', () => {
  const before = updateBaseline(undefined, machine, [resultOf(3.00123)])
  const slowdown: Slowdown = { contender: 'wadi', before: 3, ratio: 1.9, isFair: true }

  it('keeps the ratios of our own contenders and no figure', () => {
    const test = { yardstick: 'node', ratios: { wadi: 3 } }
    assert.deepEqual(before, { machine, scenarios: { test } })
  })

  it('keeps what a later run has not measured, unless that was on another machine', () => {
    const results = [resultOf(2, { scenario: 'other' })]
    const names = (of: typeof before): readonly string[] => Object.keys(of.scenarios)
    assert.deepEqual(names(updateBaseline(before, machine, results)), ['test', 'other'])
    for (const other of [{ arch: 'arm64' }, { node: '28' }, { processor: '34cd' }]) {
      const elsewhere = { ...machine, ...other }
      assert.deepEqual(names(updateBaseline(before, elsewhere, results)), ['other'])
      assert.equal(isComparable(machine, elsewhere), 'processor' in other)
    }
  })

  it('lets a ratio become 1.5 times worse and tells anything beyond', () => {
    assert.deepEqual(findSlowdowns(before, resultOf(2)), [])
    assert.deepEqual(findSlowdowns(before, resultOf(1.9)), [slowdown])
    assert.deepEqual(findSlowdowns(before, resultOf(30)), [])
  })

  it('says nothing where the scenario or its yardstick is another', () => {
    assert.deepEqual(findSlowdowns(before, resultOf(1, { scenario: 'new' })), [])
    assert.deepEqual(findSlowdowns(before, resultOf(1, { yardstick: 'fallback' })), [])
  })

  it('is fair to those only who took turns with the yardstick', () => {
    assert.equal(findSlowdowns(before, resultOf(1, { rounds: 1 }))[0]?.isFair, false)
  })

  it('takes a slowdown for real if it is there in every run', () => {
    const milder = { ...slowdown, ratio: 1.95 }
    assert.deepEqual(inAll([[slowdown], [milder], [slowdown]]), [milder])
    assert.deepEqual(inAll([[slowdown], [], [slowdown]]), [])
    assert.deepEqual(inAll([[]]), [])
  })
})
