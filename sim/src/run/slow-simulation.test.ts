import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Bug } from '../nodes/bug.ts'
import type { CrashFault, Fault, Plan } from '../plan/plan.ts'
import {
  firstRoundOnly,
  flippedThreshold,
  forgottenLock,
  leftOverMark,
  lostEvidence,
  realTime,
  unsyncedLastSign,
} from '../testing/bugs.ts'
import { calmPlan } from '../testing/calmPlan.ts'
import { runSeed } from './runSeed.ts'
import { type Outcome, simulate } from './simulation.ts'

const run = (plan: Plan, bug?: Bug): Outcome =>
  simulate({ plan, application: 'kvstore', signatures: 'stand-in', bug })

const always = { fromMs: 0, toMs: 60_000 }
const colluder = [{ node: 0, kinds: ['collude'] as const }]

describe('a simulation', () => {
  it('of a calm network decides a height every two seconds, the same way each time', () => {
    const [first, second] = [run(calmPlan(1n)), run(calmPlan(1n))]
    assert.deepEqual(first.violations, [])
    assert.ok(first.height >= 30n)
    assert.equal(first.digest, second.digest)
    assert.notEqual(first.digest, run(calmPlan(2n, { endMs: 20_000 })).digest)
  })

  it('runs the consensus services with real signatures', () => {
    const plan = calmPlan(1n, { healAtMs: 3000, endMs: 12_000 })
    const { height, violations } = simulate({ plan, application: 'oasis', signatures: 'real' })
    assert.deepEqual(violations, [])
    assert.ok(height >= 5n)
  })

  it('sees the network fork when half of it is byzantine, and holds it against nobody', () => {
    const byzantine = [0, 1].map((node) => ({ node, kinds: ['collude'] as const }))
    const plan = calmPlan(1n, { byzantine, isBeyondLimit: true, endMs: 30_000 })
    const { tolerated, violations } = run(plan)
    assert.ok(tolerated.some(({ checker }) => checker === 'agreement'))
    assert.deepEqual(violations, [])
  })
})

/** Runs seeds until a checker of that name has found something. */
function caughtBy(checker: string, bug: Bug, planOf: (seed: bigint) => Plan): boolean {
  for (let seed = 1n; seed <= 30n; seed++)
    if (run(planOf(seed), bug).violations.some((found) => found.checker === checker)) return true
  return false
}

describe('the checkers catch', () => {
  it('a flipped threshold, by agreement', () => {
    const cut: Fault = { kind: 'cut', class: 'partition', fromMs: 5000, toMs: 60_000, side: [0, 1] }
    const planOf = (seed: bigint) => calmPlan(seed, { faults: [cut] })
    assert.ok(caughtBy('agreement', flippedThreshold, planOf))
    assert.deepEqual(run(planOf(1n)).violations, [])
  })

  it('a forgotten lock, by locks', () => {
    const deaf = [2, 3].map((to): Fault => {
      return { kind: 'weather', class: 'loss', ...always, way: [1, to], amount: 500_000 }
    })
    const planOf = (seed: bigint) => calmPlan(seed, { faults: deaf, byzantine: colluder })
    assert.ok(caughtBy('locks', forgottenLock, planOf))
    assert.deepEqual(run(planOf(1n)).violations, [])
  })

  it('an unsynced last-sign state, by noDoubleSign', () => {
    const crashes = Array.from({ length: 24 }, (_, i): CrashFault => {
      const fromMs = 1500 + i * 2000
      const span = { fromMs, toMs: fromMs + 200 }
      return { kind: 'crash', class: 'lost-write', ...span, node: i % 4, after: i % 7 }
    })
    const planOf = (seed: bigint) => calmPlan(seed, { faults: crashes })
    assert.ok(caughtBy('noDoubleSign', unsyncedLastSign, planOf))
    assert.deepEqual(run(planOf(1n)).violations, [])
  })

  it('lost evidence, by evidence', () => {
    const byzantine = [{ node: 0, kinds: ['equivocate-prevote'] as const }]
    const planOf = (seed: bigint) => calmPlan(seed, { byzantine, healAtMs: 20_000 })
    assert.ok(caughtBy('evidence', lostEvidence, planOf))
    assert.deepEqual(run(planOf(1n)).violations, [])
  })

  it('a program that ends where it may not, by stopped', () => {
    const crash: CrashFault = {
      ...{ kind: 'crash', class: 'crash', fromMs: 5000, toMs: 5200, node: 2, after: 0 },
    }
    const byzantine = [{ node: 0, kinds: ['withhold'] as const }]
    for (const [bug, change] of [
      [firstRoundOnly, { byzantine }],
      [leftOverMark, { faults: [crash] }],
    ] as const) {
      const planOf = (seed: bigint) => calmPlan(seed, { ...change, endMs: 20_000 })
      assert.ok(caughtBy('stopped', bug, planOf), bug.name)
      assert.deepEqual(run(planOf(1n)).violations, [])
    }
  })

  it('time that no seed has decided, by determinism', () => {
    const options = {
      application: 'kvstore',
      signatures: 'stand-in',
      byzantine: 0,
      minutes: 1,
    } as const
    const twice = (bug?: Bug) => runSeed(3n, { ...options, bug }, 'twice').violations
    assert.deepEqual(twice(), [])
    assert.deepEqual(
      twice(realTime).map(({ checker }) => checker),
      ['determinism'],
    )
  })
})
