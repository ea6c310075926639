import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { byzantineMax, createParatimePlan } from './createParatimePlan.ts'
import { canElect } from './drawTerms.ts'
import { PARATIME_CLASSES, type ParatimeClass } from './paratimeClasses.ts'
import { plainCrowd } from './paratimeTerms.ts'
import { termClassesOf } from './termClasses.ts'

const SEEDS = 600

/** What a plan makes happen for sure, or nearly so. */
function* classesOf(seed: bigint): Generator<ParatimeClass> {
  const { faults, spells, byzantine, keyLiar, ...plan } = createParatimePlan(seed)
  for (const fault of faults) {
    if (fault.kind === 'jump') yield 'clock-jump'
    else if (fault.kind === 'slow') yield 'slow-node'
    else yield fault.class
  }
  for (const spell of spells) yield spell.class
  for (const { misdeeds, serves, takes, offers } of byzantine) {
    yield* misdeeds
    if (serves !== undefined) yield serves
    if (takes !== undefined) yield takes
    if (offers !== undefined) yield offers
  }
  if (keyLiar !== undefined) yield keyLiar.misdeed
  if (plan.upgrade !== undefined) yield 'upgrade'
  if (plan.stores?.roundsKept.some((rounds) => rounds !== undefined)) yield 'pruning'
  if ((plan.stores?.newDisks ?? []).length > 0) yield 'new-disk'
  for (const late of plan.upgrade?.late ?? []) yield late.class
  if (plan.paratimes.some(({ messages }) => messages !== undefined)) yield 'incoming-messages'
  if (plan.keyManagers > 0) yield 'key-managers'
  if (plan.isBeyondLimit) yield 'beyond-limit'
  yield* termClassesOf(createParatimePlan(seed))
  if (plan.skewsMs.some((ms) => ms !== 0)) yield 'clock-skew'
}

describe('a plan of ParaTimes', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(createParatimePlan(7n), createParatimePlan(7n))
    assert.notDeepEqual(createParatimePlan(7n), createParatimePlan(8n))
  })

  it('has every class of faults in more than one seed of a hundred', () => {
    const counts = new Map<ParatimeClass, number>()
    for (let seed = 0; seed < SEEDS; seed++)
      for (const name of new Set(classesOf(BigInt(seed))))
        counts.set(name, (counts.get(name) ?? 0) + 1)
    // These are what comes of the others.
    const outcomes = [
      'discrepancy',
      'failed-round',
      'slashing',
      'refused-message',
      'suspension',
      'checkpoint',
      'refused-node',
      'new-observer',
      'refused-change',
      'own-change',
    ]
    for (const name of PARATIME_CLASSES.filter((one) => !outcomes.includes(one)))
      assert.ok((counts.get(name) ?? 0) > SEEDS / 100, `${name}: ${counts.get(name)}`)
  })

  it('has no more liars than the smallest ParaTime bears, unless it says so', () => {
    for (let seed = 0n; seed < 200n; seed++) {
      const { paratimes, byzantine, lost, isBeyondLimit } = createParatimePlan(seed)
      const limit = Math.min(...paratimes.map(byzantineMax))
      assert.equal(byzantine.length + lost.length > limit, isBeyondLimit)
    }
  })

  it('closes no ParaTime to those who are needed', () => {
    for (let seed = 0n; seed < 200n; seed++) {
      const { executors, paratimes, crowd = plainCrowd(executors) } = createParatimePlan(seed)
      for (const shape of paratimes) assert.ok(canElect(shape, crowd), `seed ${seed}`)
    }
  })

  it('lets nobody who lies share an entity', () => {
    for (let seed = 0n; seed < 200n; seed++) {
      const { executors, byzantine, crowd = plainCrowd(executors) } = createParatimePlan(seed)
      for (const { node } of byzantine)
        assert.equal(crowd.entityOf.filter((one) => one === crowd.entityOf[node]).length, 1)
    }
  })

  it('knows how many liars a committee bears', () => {
    const shape = createParatimePlan(1n).paratimes[0]!
    const most = (workers: number, backupWorkers: number, allowedStragglers: number) =>
      byzantineMax({ ...shape, workers, backupWorkers, allowedStragglers })
    assert.equal(most(3, 3, 0), 1)
    assert.equal(most(3, 3, 1), 1)
    assert.equal(most(2, 3, 1), 0)
    assert.equal(most(5, 5, 0), 2)
    assert.equal(most(3, 2, 0), 0)
    assert.equal(most(7, 1, 0), 0)
  })
})
