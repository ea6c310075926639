import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CrashFault } from '../../plan/plan.ts'
import type { Finding } from '../../run/simulation.ts'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import { ADDRESSED, calmParatimes, PRUNED, UPGRADED, WATCHED } from '../testing/calmParatimes.ts'
import {
  damagedChunks,
  earlyDroppedTrees,
  executedTwice,
  forgivenWrong,
  forgottenDiscrepancy,
  forgottenMisses,
  forgottenNormal,
  forgottenSignature,
  greedyPruning,
  ignoredClient,
  keptRewards,
  lostCommitment,
  lostEvidence,
  lostInputs,
  lostMessages,
  lostTrees,
  manyCheckpoints,
  needlessSuspension,
  noCheckpoints,
  noPruning,
  otherCheckpoints,
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

  it('sees who decides alone execute what it has not signed, and holds it against nobody', async () => {
    const misdeeds = ['equivocation', 'invalid-batch-hash'] as const
    const calm = calmParatimes(1n)
    const plan = {
      ...calm,
      paratimes: [{ ...calm.paratimes[0]!, workers: 2, allowedStragglers: 1 }],
      byzantine: [{ node: 1, misdeeds, serves: undefined }],
      isBeyondLimit: true,
    }
    const { violations, tolerated } = await simulateParatimes({ plan })
    assert.deepEqual(violations, [])
    assert.ok(tolerated.some(({ checker }) => checker === 'inputs'))
  })
})

/** Runs seeds until a checker of that name has found something, and says so in these words. */
async function caughtBy(
  checker: string,
  bug: ParatimeBug,
  planOf: (seed: bigint) => ParatimePlan,
  words = '',
): Promise<boolean> {
  for (let seed = 1n; seed <= 10n; seed++) {
    const { violations } = await simulateParatimes({ plan: planOf(seed), bug })
    const isIt = (found: Finding) => found.checker === checker && found.why.includes(words)
    if (violations.some(isIt)) return true
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

describe('an upgrade', () => {
  it('that is told of when an epoch is nearly over begins with the one after the next', async () => {
    const change = { ...UPGRADED, endMs: 50_000 }
    for (const toldMs of [12_500, 13_500, 14_500]) {
      const upgrade = { ...UPGRADED.upgrade!, toldMs }
      const plan = calmParatimes(1n, { ...change, upgrade })
      const { violations, happened } = await simulateParatimes({ plan })
      assert.deepEqual(violations, [])
      assert.ok((happened.get('upgrade') ?? 0) > 0)
    }
  })
})

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

  it('a client of whom nobody takes anything, by served', async () => {
    assert.ok(await caughtBy('served', ignoredClient, (seed) => calmParatimes(seed), 'client 0'))
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

  const prunedOf = (seed: bigint) => calmParatimes(seed, PRUNED)

  for (const [what, bug, words] of [
    ['rounds that are dropped too early', greedyPruning, 'has no round before'],
    ['rounds that are never dropped', noPruning, 'of which it wants 20'],
    ['trees that are dropped too early', earlyDroppedTrees, 'has no trees before round'],
    ['a round without its inputs', lostInputs, 'does not have the trees of round'],
    ['checkpoints that nobody makes', noCheckpoints, 'has no checkpoint since round'],
    ['checkpoints that nobody removes', manyCheckpoints, 'has checkpoints of rounds'],
    ['checkpoints of other trees', otherCheckpoints, 'has a checkpoint of a tree'],
    ['an empty disk that stays empty', damagedChunks, 'is long over'],
  ] as const)
    it(`${what}, by stores`, async () => {
      assert.ok(await caughtBy('stores', bug, prunedOf, words))
    })

  it('trees that are lost between others, by stores', async () => {
    // Nobody drops rounds, so these do not become the first ones.
    const planOf = (seed: bigint) => calmParatimes(seed)
    assert.ok(await caughtBy('stores', lostTrees, planOf, 'has lost the trees of round'))
  })

  it('trees that are dropped too early where nobody makes checkpoints, by stores', async () => {
    const planOf = (seed: bigint) => calmParatimes(seed)
    assert.ok(await caughtBy('stores', earlyDroppedTrees, planOf, 'has no trees before round'))
  })

  it('the last normal round that is dropped, by stores', async () => {
    // Rounds end with epochs alone; nobody waits for a normal one.
    const stores = { ...PRUNED.stores!, roundsKept: [3, 3, 3], newDisks: [] }
    const change = { stores, epochBlocks: 4, healAtMs: 60_000 }
    const planOf = (seed: bigint) => calmParatimes(seed, change)
    assert.ok(await caughtBy('stores', forgottenNormal, planOf, 'has dropped the last normal'))
    const { violations } = await simulateParatimes({ plan: planOf(1n), bug: lostCommitment })
    assert.deepEqual(violations, [])
  })

  it('a node that does not run in the end, by stores', async () => {
    const newDisks = [{ node: 2, atMs: 89_000 }]
    const change = { ...PRUNED, stores: { ...PRUNED.stores!, newDisks } }
    const planOf = (seed: bigint) => calmParatimes(seed, change)
    assert.ok(await caughtBy('stores', {}, planOf, 'does not run'))
  })

  it('nothing where nodes drop rounds, and one gets an empty disk', async () => {
    const { violations, happened } = await simulateParatimes({ plan: prunedOf(1n) })
    assert.deepEqual(violations, [])
    for (const name of ['pruning', 'checkpoint', 'new-disk'] as const)
      assert.ok((happened.get(name) ?? 0) > 0, name)
  })

  it('nothing where a node was away while others have dropped what comes next', async () => {
    const away = { fromMs: 8000, toMs: 62_000, node: 2, after: 0 }
    const faults: CrashFault[] = [{ kind: 'crash', class: 'crash', ...away }]
    const stores = { ...PRUNED.stores!, roundsKept: [10, 10, undefined], newDisks: [] }
    const plan = calmParatimes(1n, { stores, faults, healAtMs: 62_500, endMs: 110_000 })
    const { violations, happened } = await simulateParatimes({ plan })
    assert.deepEqual(violations, [])
    for (const name of ['crash', 'checkpoint'] as const)
      assert.ok((happened.get(name) ?? 0) > 0, name)
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
