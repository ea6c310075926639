import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CrashFault } from '../../plan/plan.ts'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import { ADDRESSED, calmParatimes, UPGRADED, WATCHED } from '../testing/calmParatimes.ts'
import {
  executedTwice,
  forgivenWrong,
  forgottenDiscrepancy,
  forgottenMisses,
  forgottenSignature,
  keptRewards,
  lostCommitment,
  lostEvidence,
  lostMessages,
  needlessSuspension,
  reversedMessages,
  staleVersion,
  uncheckedInputs,
  unpaidMessages,
  unseenMessages,
  untoldMessages,
  unversionedElection,
} from '../testing/paratimeBugs.ts'
import { simulateParatimes } from './paratimeSimulation.ts'

describe('a simulation of ParaTimes', () => {
  it('makes rounds, tells clients of them, and does the same each time', async () => {
    const [first, second] = [
      await simulateParatimes({ plan: calmParatimes(1n) }),
      await simulateParatimes({ plan: calmParatimes(1n) }),
    ]
    assert.deepEqual(first.violations, [])
    assert.ok(first.rounds >= 20 && first.told >= 10, `${first.rounds} ${first.told}`)
    assert.equal(first.digest, second.digest)
    const other = await simulateParatimes({ plan: calmParatimes(2n) })
    assert.notEqual(first.digest, other.digest)
  })

  it('sees who is right pay when too many lie, and holds it against nobody', async () => {
    const byzantine = [0, 1].map((node) => {
      return { node, misdeeds: ['wrong-result'] as const, serves: undefined }
    })
    const plan = calmParatimes(1n, { byzantine, isBeyondLimit: true })
    const { violations, tolerated } = await simulateParatimes({ plan })
    assert.deepEqual(violations, [])
    assert.ok(tolerated.some(({ checker }) => checker === 'noFalseSlash'))
  })
})

/** Runs seeds until a checker of that name has found something. */
async function caughtBy(
  checker: string,
  bug: ParatimeBug,
  planOf: (seed: bigint) => ParatimePlan,
): Promise<boolean> {
  for (let seed = 1n; seed <= 10n; seed++) {
    const { violations } = await simulateParatimes({ plan: planOf(seed), bug })
    if (violations.some((found) => found.checker === checker)) return true
  }
  return false
}

const liarOf = (misdeed: ParatimePlan['byzantine'][number]['misdeeds'][number]) => {
  return (seed: bigint) =>
    calmParatimes(seed, { byzantine: [{ node: 0, misdeeds: [misdeed], serves: undefined }] })
}

async function assertPasses(plan: ParatimePlan): Promise<void> {
  assert.deepEqual((await simulateParatimes({ plan })).violations, [])
}

describe('the checkers of ParaTimes catch', () => {
  it('a forgotten discrepancy, and a liar who does not pay, by verdicts', async () => {
    const planOf = liarOf('wrong-result')
    assert.ok(await caughtBy('verdicts', forgottenDiscrepancy, planOf))
    assert.ok(await caughtBy('verdicts', forgivenWrong, planOf))
    await assertPasses(planOf(1n))
  })

  it('a reward that nobody gets, and a miss that nobody counts, by verdicts', async () => {
    assert.ok(await caughtBy('verdicts', keptRewards, liarOf('wrong-result')))
    assert.ok(await caughtBy('verdicts', forgottenMisses, liarOf('straggler')))
  })

  it('somebody who was away and does not pay, by liveness', async () => {
    const planOf = (seed: bigint) => ({ ...liarOf('straggler')(seed), ...WATCHED })
    assert.ok(await caughtBy('liveness', forgivenWrong, planOf))
    await assertPasses(planOf(1n))
  })

  it('a round that is executed twice, by execution', async () => {
    const planOf = (seed: bigint) => calmParatimes(seed)
    assert.ok(await caughtBy('execution', executedTwice, planOf))
  })

  it('a lost commitment, by progress', async () => {
    assert.ok(await caughtBy('progress', lostCommitment, (seed) => calmParatimes(seed)))
  })

  it('an input root that nobody checks, by inputs', async () => {
    // Batches are empty then.
    const change = { transactionEveryMs: 15_000 }
    const planOf = (seed: bigint) => ({ ...liarOf('invalid-batch-hash')(seed), ...change })
    assert.ok(await caughtBy('inputs', uncheckedInputs, planOf))
    await assertPasses(planOf(1n))
  })

  it('messages that nobody sees, and those that are taken in another order, by execution', async () => {
    const planOf = (seed: bigint) => calmParatimes(seed, ADDRESSED)
    assert.ok(await caughtBy('execution', unseenMessages, planOf))
    assert.ok(await caughtBy('execution', reversedMessages, planOf))
  })

  it('messages that are lost, that are not told of, and that nobody pays for, by incoming', async () => {
    const planOf = (seed: bigint) => calmParatimes(seed, ADDRESSED)
    for (const bug of [lostMessages, untoldMessages, unpaidMessages])
      assert.ok(await caughtBy('incoming', bug, planOf))
    const { violations, happened } = await simulateParatimes({ plan: planOf(1n) })
    assert.deepEqual(violations, [])
    assert.ok((happened.get('incoming-messages') ?? 0) >= 10)
    assert.ok((happened.get('refused-message') ?? 0) > 0)
  })

  it('nodes that go on with the version that they had, by execution', async () => {
    assert.ok(await caughtBy('execution', staleVersion, (seed) => calmParatimes(seed, UPGRADED)))
  })

  it('who is elected without the version that is due, or needlessly not, by versions', async () => {
    const planOf = (seed: bigint) => calmParatimes(seed, UPGRADED)
    assert.ok(await caughtBy('versions', unversionedElection, planOf))
    assert.ok(await caughtBy('versions', needlessSuspension, planOf))
    const { violations, happened } = await simulateParatimes({ plan: planOf(1n) })
    assert.deepEqual(violations, [])
    assert.ok((happened.get('upgrade') ?? 0) >= 10)
    assert.equal(happened.get('late-version'), 1)
  })

  it('lost evidence, by evidence', async () => {
    const planOf = liarOf('equivocation')
    assert.ok(await caughtBy('evidence', lostEvidence, planOf))
    await assertPasses(planOf(1n))
  })

  it('a signature that a crash makes a node forget, by noDoubleSign', async () => {
    const faults = Array.from({ length: 30 }, (_, i): CrashFault => {
      const fromMs = 1500 + i * 1000
      const span = { fromMs, toMs: fromMs + 150 }
      return { kind: 'crash', class: 'crash-at-write', ...span, node: i % 3, after: i % 9 }
    })
    const change = { faults, healAtMs: 35_000, transactionEveryMs: 200 }
    const planOf = (seed: bigint) => calmParatimes(seed, change)
    assert.ok(await caughtBy('noDoubleSign', forgottenSignature, planOf))
    await assertPasses(planOf(1n))
  })
})
