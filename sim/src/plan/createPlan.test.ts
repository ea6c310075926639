import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPlan } from './createPlan.ts'
import { FAULT_CLASSES } from './faultClasses.ts'
import type { Plan } from './plan.ts'
import { plannedClasses } from './plannedClasses.ts'

const plans = Array.from({ length: 2000 }, (_, i) => createPlan(BigInt(i)))
const powerOf = ({ powers }: Plan, nodes: readonly number[]) =>
  nodes.reduce((total, node) => total + powers[node]!, 0n)

/** Those of some nodes whom the first one reaches through the others. */
function reachedIn({ links }: Plan, among: readonly number[]): readonly number[] {
  const inner = links.filter((link) => link.every((node) => among.includes(node)))
  const reached = new Set(among.slice(0, 1))
  for (const _ of among)
    for (const [a, b] of inner)
      if (reached.has(a) || reached.has(b)) for (const node of [a, b]) reached.add(node)
  return among.filter((node) => reached.has(node))
}

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(createPlan(7n), plans[7])
    assert.notDeepEqual({ ...plans[8], seed: 7n }, plans[7])
  })

  it('has every class of faults in at least one of a hundred seeds', () => {
    for (const name of FAULT_CLASSES) {
      const count = plans.filter((plan) => plannedClasses(plan).has(name)).length
      assert.ok(count * 100 >= plans.length, `${name}: ${count}`)
    }
  })

  it('leaves more than two thirds honest and alive, unless it says otherwise', () => {
    for (const plan of plans) {
      const bad = plan.byzantine.map(({ node }) => node)
      const total = powerOf(plan, [...plan.powers.keys()])
      const isMinority = powerOf(plan, [...bad, ...plan.lost]) * 3n < total
      assert.equal(isMinority, !plan.isBeyondLimit, `seed ${plan.seed}`)
    }
  })

  it('connects everybody, the core by itself, and ends all faults when it heals', () => {
    for (const plan of plans) {
      const everybody = [...plan.powers.keys()]
      assert.deepEqual(reachedIn(plan, everybody), everybody)
      const bad = [...plan.byzantine.map(({ node }) => node), ...plan.lost]
      const core = everybody.filter((node) => !bad.includes(node))
      assert.deepEqual(reachedIn(plan, core), core, `seed ${plan.seed}`)
      for (const fault of plan.faults)
        if (fault.kind === 'weather' || fault.kind === 'cut' || fault.kind === 'slow')
          assert.ok(fault.toMs <= plan.healAtMs)
    }
  })

  it('takes what it is told for what it is told', () => {
    const plan = createPlan(1n, { validators: 10, byzantine: 4, minutes: 1 })
    assert.equal(plan.powers.length, 10)
    assert.equal(plan.byzantine.length, 4)
    assert.equal(plan.endMs, 60_000)
    assert.equal(plan.heights, 25n)
    assert.deepEqual(createPlan(1n, { byzantine: 0 }).byzantine, [])
  })
})
