import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type CheckpointHistory, planCheckpoints } from './checkpointSchedule.ts'

const every = (stateCheckpointInterval: bigint, stateCheckpointNumKept: bigint) => ({
  stateCheckpointInterval,
  stateCheckpointNumKept,
})

/** A chain that began at 5 and has pruned nothing. */
function history(changes: Partial<CheckpointHistory>): CheckpointHistory {
  return { checkpoints: [], earliest: 5n, latest: 5n, initial: 5n, ...changes }
}

describe('checkpoints of the state', () => {
  it('are not made where the parameters have no interval', () => {
    assert.deepEqual(planCheckpoints(history({ checkpoints: [5n, 6n, 7n] }), every(0n, 1n)), {
      create: [],
      remove: [],
    })
  })

  it('begin with the initial height, and come every so many blocks', () => {
    const created = (changes: Partial<CheckpointHistory>) =>
      planCheckpoints(history(changes), every(10n, 2n)).create
    assert.deepEqual(created({}), [5n])
    assert.deepEqual(created({ checkpoints: [5n], latest: 14n }), [])
    assert.deepEqual(created({ checkpoints: [5n], latest: 15n }), [15n])
    assert.deepEqual(created({ checkpoints: [5n], latest: 24n }), [15n])
  })

  it('that were missed are made up for, the newest first, but not more than are kept', () => {
    const created = (latest: bigint, kept: bigint) =>
      planCheckpoints(history({ checkpoints: [5n], latest }), every(10n, kept)).create
    assert.deepEqual(created(47n, 9n), [45n, 35n, 25n, 15n])
    assert.deepEqual(created(47n, 2n), [45n, 35n])
    // COMPAT(oasis-core): one is made even if none is kept.
    assert.deepEqual(created(47n, 0n), [45n])
  })

  it('are not made of versions that were pruned', () => {
    const { create } = planCheckpoints(history({ earliest: 26n, latest: 47n }), every(10n, 9n))
    assert.deepEqual(create, [45n, 35n])
  })

  it('go when there are too many, but for the initial one', () => {
    const removed = (checkpoints: readonly bigint[], kept: bigint) =>
      planCheckpoints(history({ checkpoints, latest: 46n }), every(10n, kept)).remove
    assert.deepEqual(removed([45n, 5n, 25n, 15n, 35n], 2n), [15n, 25n])
    assert.deepEqual(removed([45n, 25n, 15n, 35n], 2n), [15n, 25n])
    assert.deepEqual(removed([5n, 45n], 1n), [])
    assert.deepEqual(removed([5n, 45n], 0n), [45n])
    // COMPAT(oasis-core): what is made at the same time does not count yet.
    const plan = planCheckpoints(history({ checkpoints: [5n, 25n], latest: 35n }), every(10n, 1n))
    assert.deepEqual(plan, { create: [35n], remove: [] })
  })

  it('settle at the number that is kept, one more that was made last, and the initial one', () => {
    const interval = fc.bigInt({ min: 1n, max: 7n })
    const kept = fc.bigInt({ min: 1n, max: 4n })
    fc.assert(
      fc.property(interval, kept, (blocks, count) => {
        let checkpoints: readonly bigint[] = []
        for (let latest = 5n; latest < 90n; latest++) {
          const plan = planCheckpoints(history({ checkpoints, latest }), every(blocks, count))
          const old = checkpoints.filter((version) => !plan.remove.includes(version))
          checkpoints = [...old, ...plan.create]
          assert.equal(new Set(checkpoints).size, checkpoints.length)
        }
        assert.ok(checkpoints.includes(5n))
        assert.ok(BigInt(checkpoints.length) <= count + 2n)
        assert.ok(checkpoints.every((version) => (version - 5n) % blocks === 0n))
      }),
      { numRuns: 30 },
    )
  })
})
