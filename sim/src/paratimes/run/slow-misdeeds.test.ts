import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHECKPOINT_MISDEEDS, MISDEEDS, type ParatimeClass } from '../plan/paratimeClasses.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import { ADDRESSED, calmParatimes, PRUNED, WATCHED } from '../testing/calmParatimes.ts'
import { simulateParatimes } from './paratimeSimulation.ts'

type Misdeed = (typeof MISDEEDS)[number]

/** What one executor's misdeeds lead to beside themselves, for sure. */
const OUTCOMES: Readonly<Record<Misdeed, readonly ParatimeClass[]>> = {
  'wrong-result': ['discrepancy', 'failed-round', 'slashing'],
  'wrong-io': ['discrepancy', 'failed-round', 'slashing'],
  straggler: ['discrepancy'],
  failure: ['discrepancy'],
  runaway: ['discrepancy'],
  'withheld-batch': ['discrepancy', 'failed-round'],
  'invalid-batch-hash': ['discrepancy', 'failed-round'],
  equivocation: ['slashing'],
}

const SEEDS = 8n

/** One executor of three does nothing else, and all goes well otherwise. */
function planOf(misdeed: Misdeed, change: Partial<ParatimePlan> = {}): ParatimePlan {
  const byzantine = [{ node: 0, misdeeds: [misdeed], serves: undefined }]
  return calmParatimes(1n, { byzantine, ...change })
}

describe('an executor in the simulator', () => {
  for (const misdeed of MISDEEDS) {
    it(`that does ${misdeed} is found out, and all tables hold`, async () => {
      const { violations, happened, rounds } = await simulateParatimes({ plan: planOf(misdeed) })
      assert.deepEqual(violations, [])
      assert.ok((happened.get(misdeed) ?? 0) > 0)
      for (const outcome of ['discrepancy', 'failed-round', 'slashing'] as const)
        if (OUTCOMES[misdeed].includes(outcome))
          assert.ok((happened.get(outcome) ?? 0) > 0, `${outcome} of ${rounds} rounds`)
        // Who signs two things may have the second one taken for the first.
        else if (misdeed !== 'equivocation') assert.equal(happened.get(outcome), undefined, outcome)
    })
  }

  it('that leaves out a message is found out, and pays', async () => {
    const byzantine = [
      { node: 0, misdeeds: [], serves: undefined, takes: 'fewer-messages' as const },
    ]
    const plan = calmParatimes(1n, { byzantine, ...ADDRESSED })
    const { violations, happened } = await simulateParatimes({ plan })
    assert.deepEqual(violations, [])
    for (const name of ['fewer-messages', 'discrepancy', 'slashing'] as const)
      assert.ok((happened.get(name) ?? 0) > 0, name)
  })

  for (const offers of CHECKPOINT_MISDEEDS)
    it(`that offers checkpoints with ${offers} keeps nobody from beginning with one`, async () => {
      const byzantine = [{ node: 0, misdeeds: [], serves: undefined, offers }]
      const counts = new Map<ParatimeClass, number>()
      // Whom the others ask first is left to chance.
      for (let seed = 1n; seed <= SEEDS && !counts.has(offers); seed++) {
        const plan = calmParatimes(seed, { byzantine, ...PRUNED })
        const { violations, happened } = await simulateParatimes({ plan })
        assert.deepEqual(violations, [])
        for (const [name, count] of happened) counts.set(name, count)
      }
      for (const name of [offers, 'new-disk', 'checkpoint'] as const)
        assert.ok((counts.get(name) ?? 0) > 0, name)
    })

  it('that is away is frozen and pays, and the others go on without', async () => {
    for (const misdeed of ['straggler', 'failure'] as const) {
      const plan = planOf(misdeed, WATCHED)
      const { violations, happened } = await simulateParatimes({ plan })
      assert.deepEqual(violations, [])
      assert.equal(happened.get('slashing'), 1, misdeed)
    }
  })
})
