import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import {
  calmParatimes,
  LISTED,
  LISTED_BY_ROLE,
  ONE_EACH,
  OWN_GOVERNED,
  OWN_UPGRADED,
  STAKED,
  TOO_FEW,
  VALIDATING,
} from '../testing/calmParatimes.ts'
import {
  forgottenConstraints,
  forgottenGovernance,
  needlessRefusal,
  uncheckedAdmission,
  uncountedNodes,
  unstakedNodes,
} from '../testing/paratimeBugs.ts'
import { simulateParatimes } from './paratimeSimulation.ts'

/** What was counted in a run without anything wrong. */
async function happenedIn(change: Partial<ParatimePlan>): Promise<ReadonlyMap<string, number>> {
  const { violations, happened, rounds, told } = await simulateParatimes({
    plan: calmParatimes(1n, change),
  })
  assert.deepEqual(violations, [])
  assert.ok(rounds >= 15 && told >= 5, `${rounds} ${told}`)
  return happened
}

describe('a ParaTime that is not open to everybody', () => {
  it('lets in whom it lists and as many as it says, and refuses all others', async () => {
    const happened = await happenedIn(LISTED)
    // A stranger, a second node, and an executor.
    assert.equal(happened.get('refused-node'), 3)
    assert.equal(happened.get('new-observer'), 1)
  })

  it('lets anybody have a role that has no list', async () => {
    const happened = await happenedIn(LISTED_BY_ROLE)
    assert.equal(happened.get('refused-node'), 3)
    assert.equal(happened.get('new-observer'), 1)
  })

  it('refuses who has not staked enough for the role', async () => {
    const happened = await happenedIn(STAKED)
    assert.equal(happened.get('refused-node'), 1)
    assert.equal(happened.get('new-observer'), 1)
  })

  it('goes on with validators alone, and with one node of each entity', async () => {
    await happenedIn(VALIDATING)
    await happenedIn(ONE_EACH)
  })

  it('is suspended where there are too few to choose of', async () => {
    const plan = calmParatimes(1n, { ...TOO_FEW, healAtMs: 40_000 })
    const { violations, rounds } = await simulateParatimes({ plan })
    assert.deepEqual(violations, [])
    assert.equal(rounds, 0)
  })

  it('lets nobody change what governs itself, and no stranger', async () => {
    assert.equal((await happenedIn(OWN_GOVERNED)).get('refused-change'), 2)
  })
})

describe('a ParaTime that governs itself', () => {
  it('has its next version because it has asked for it', async () => {
    const happened = await happenedIn(OWN_UPGRADED)
    assert.equal(happened.get('own-change'), 1)
    assert.equal(happened.get('refused-change'), 2)
    assert.ok((happened.get('upgrade') ?? 0) >= 10)
  })
})

describe('the checkers of ParaTimes catch', () => {
  async function assertCaught(
    [checker, words]: readonly [string, string],
    bug: ParatimeBug,
    change: Partial<ParatimePlan>,
  ): Promise<void> {
    const { violations } = await simulateParatimes({ plan: calmParatimes(1n, change), bug })
    const found = violations.map((one) => `${one.checker}: ${one.why}`)
    const isIt = violations.some((one) => one.checker === checker && one.why.includes(words))
    assert.ok(isIt, found.join('\n'))
  }

  it('a list that nobody looks at, by admission', async () => {
    for (const change of [LISTED, LISTED_BY_ROLE])
      await assertCaught(['admission', 'and not on the list'], uncheckedAdmission, change)
  })

  it('nodes that nobody counts, and those that are refused needlessly, by admission', async () => {
    const { outsiders: _, ...crowd } = LISTED.crowd!
    const counted = { ...LISTED, crowd: { ...crowd, outsiders: [] } }
    await assertCaught(['admission', 'and not on the list'], uncountedNodes, counted)
    await assertCaught(['admission', 'is on the list'], needlessRefusal, LISTED_BY_ROLE)
  })

  it('stake that nobody asks for, by admission', async () => {
    await assertCaught(['admission', 'without the stake'], unstakedNodes, STAKED)
  })

  it('workers that do not validate, or of whom an entity has too many, by pools', async () => {
    for (const change of [VALIDATING, ONE_EACH])
      await assertCaught(['pools', 'some do not validate'], forgottenConstraints, change)
  })

  it('a committee that is elected out of too few, by pools', async () => {
    await assertCaught(['pools', 'are too few'], forgottenConstraints, TOO_FEW)
  })

  it('a descriptor that is changed by who does not govern it, by governance', async () => {
    for (const words of ['has changed its descriptor', 'another descriptor without a message'])
      await assertCaught(['governance', words], forgottenGovernance, OWN_GOVERNED)
  })
})
