import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/churp'
import fc from 'fast-check'
import { testKey } from '../testing/testNodes.ts'
import { statusIn } from './blocks.ts'
import {
  type Completion,
  completedHandoff,
  HANDOFFS_DISABLED,
  minApplicants,
  minCommitteeSize,
} from './handoff.ts'
import { applicationsOf, CHECKSUM, schemeStatus } from './testing/testSchemes.ts'

const RUNS = { numRuns: 100 }

/** So many first nodes. */
function first(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

function scheme(threshold: number, extraShares: number, fields: Partial<Status> = {}): Status {
  return schemeStatus({ threshold, extraShares, ...fields })
}

/** A scheme for whose handoff in epoch 11 some nodes applied and some confirmed. */
function handingOver(applicants: number, confirmed: number, fields: Partial<Status> = {}): Status {
  const applications = applicationsOf(first(applicants), first(confirmed))
  return schemeStatus({ nextChecksum: CHECKSUM, applications, ...fields })
}

describe('the number of nodes that must apply', () => {
  it('is that of the shares for the first committee, and at least two above the threshold', () => {
    const needed = [
      [0, 0, 2],
      [1, 0, 3],
      [1, 1, 3],
      [1, 2, 4],
      [127, 0, 129],
      [255, 255, 511],
    ] as const
    for (const [threshold, extraShares, count] of needed)
      assert.equal(minApplicants(scheme(threshold, extraShares)), count)
  })

  it('is that of the shares if the committee stays', () => {
    const stays = { committee: first(3).map(testKey), applications: applicationsOf(first(3)) }
    assert.equal(minApplicants(scheme(2, 0, stays)), 3)
    assert.equal(minApplicants(scheme(2, 3, stays)), 6)
  })

  it('is above twice the threshold if the committee changes', () => {
    const committee = first(3).map(testKey)
    for (const applicants of [
      [1, 2],
      [1, 2, 4],
      [1, 2, 3, 4],
    ]) {
      const changes = { committee, applications: applicationsOf(applicants) }
      assert.equal(minApplicants(scheme(2, 0, changes)), 5)
      assert.equal(minApplicants(scheme(2, 3, changes)), 6)
    }
  })
})

describe('a handoff', () => {
  const nextOf = (status: Status, completion: Completion) =>
    completedHandoff(status, completion)?.nextHandoff

  it('gives the shares to whoever confirmed, in order', () => {
    const after = completedHandoff(handingOver(3, 3), 'in-time')
    assert.deepEqual(
      after,
      schemeStatus({
        handoff: 11n,
        nextHandoff: 15n,
        checksum: CHECKSUM,
        committee: first(3).map(testKey),
      }),
    )
  })

  it('is complete in time if all confirmed, and late if enough did', () => {
    assert.equal(nextOf(handingOver(3, 2), 'in-time'), undefined)
    assert.equal(nextOf(handingOver(3, 2), 'late'), 15n)
    assert.equal(nextOf(handingOver(2, 2), 'in-time'), 15n)
    for (const completion of ['in-time', 'late'] as const)
      assert.equal(nextOf(handingOver(1, 1), completion), undefined)
  })

  it('leaves an epoch for applications, even if it is late and the interval is one', () => {
    const every = (handoffInterval: bigint) => handingOver(2, 2, { handoffInterval })
    assert.equal(nextOf(every(1n), 'in-time'), 12n)
    assert.equal(nextOf(every(1n), 'late'), 13n)
    assert.equal(nextOf(every(2n), 'late'), 13n)
  })

  it('is the last one if the handoff before it plus the interval is the end of time', () => {
    const at = (handoff: bigint, handoffInterval: bigint, nextHandoff = 11n) =>
      completedHandoff(handingOver(2, 2, { handoff, handoffInterval, nextHandoff }), 'in-time')
    const interval = HANDOFFS_DISABLED - 8n
    const last = at(8n, interval)
    assert.deepEqual([last?.nextHandoff, last?.handoffInterval], [HANDOFFS_DISABLED, 0n])
    // COMPAT(oasis-core): one epoch earlier the sum overflows instead.
    const before = at(7n, interval)
    assert.deepEqual([before?.nextHandoff, before?.handoffInterval], [2n, interval])
    const exact = at(0n, 5n, HANDOFFS_DISABLED - 5n)
    assert.deepEqual([exact?.nextHandoff, exact?.handoffInterval], [HANDOFFS_DISABLED, 0n])
  })

  it('is the last one if the extra epoch is the end of time', () => {
    const nextHandoff = HANDOFFS_DISABLED - 2n
    const after = completedHandoff(handingOver(2, 2, { handoffInterval: 1n, nextHandoff }), 'late')
    assert.deepEqual([after?.nextHandoff, after?.handoffInterval], [HANDOFFS_DISABLED, 0n])
  })

  it('always leaves a sorted committee of enough nodes, and nobody who applies', () => {
    const statuses = fc
      .record({
        numbers: fc.uniqueArray(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 9 }),
        threshold: fc.integer({ min: 0, max: 4 }),
        extraShares: fc.integer({ min: 0, max: 3 }),
        confirmedCount: fc.nat(9),
      })
      .map(({ numbers, confirmedCount, ...fields }) =>
        schemeStatus({
          ...fields,
          nextChecksum: CHECKSUM,
          applications: applicationsOf(numbers, numbers.slice(0, confirmedCount)),
        }),
      )
    fc.assert(
      fc.property(statuses, (status) => {
        const confirmed = [...status.applications.values()].filter((a) => a.reconstructed).length
        const after = completedHandoff(status, 'late')
        assert.equal(after !== undefined, confirmed >= minCommitteeSize(status))
        if (after === undefined) return
        assert.equal(after.committee.length, confirmed)
        assert.deepEqual(after.committee, [...after.committee].sort(compareBytes))
        assert.equal(after.applications.size, 0)
      }),
      RUNS,
    )
  })
})

describe('a scheme when an epoch begins', () => {
  const reset = (nextHandoff: bigint) => schemeStatus({ nextHandoff })

  it('stays as it is until its handoff, and longer than an epoch behind it', () => {
    const status = handingOver(1, 0)
    for (const epoch of [9n, 10n, 13n]) assert.equal(statusIn(epoch, status), status)
  })

  it('asks for applications again if there were too few', () => {
    assert.deepEqual(statusIn(11n, handingOver(2, 0)), reset(12n))
    const enough = handingOver(3, 0)
    assert.equal(statusIn(11n, enough), enough)
  })

  it('is handed over late if enough have confirmed, else begins again', () => {
    assert.deepEqual(statusIn(12n, handingOver(3, 2)).committee, first(2).map(testKey))
    assert.deepEqual(statusIn(12n, handingOver(3, 1)), reset(13n))
  })

  it('stays as it is without handoffs', () => {
    const status = handingOver(1, 0, { handoffInterval: 0n })
    for (const epoch of [11n, 12n]) assert.equal(statusIn(epoch, status), status)
  })

  it('takes epoch zero for the one behind the last', () => {
    const status = schemeStatus({ nextHandoff: HANDOFFS_DISABLED })
    assert.deepEqual(statusIn(0n, status), reset(1n))
    assert.deepEqual(statusIn(HANDOFFS_DISABLED, status), reset(0n))
  })
})
