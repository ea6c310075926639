import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { State } from '../kernel/state.ts'
import { EPOCH, testNetwork, testRuntime, testRuntimeId } from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { violations } from './invariants.ts'
import type { ValidatorEntry } from './queries.ts'
import { setCommittee, setCurrentValidators, setPendingValidators } from './state.ts'

const { worker, 'backup-worker': backup, invalid } = CommitteeRole.names
type Seat = readonly [n: number, role: CommitteeRole]

function entry(votingPower: bigint): ValidatorEntry {
  return [testKey(1), { id: testKey(1), entityId: testKey(1), votingPower }]
}

function committee(seats: readonly Seat[], fields: Partial<Committee> = {}): Committee {
  return make(Committee, {
    kind: CommitteeKind.names.executor,
    members: seats.map(([n, role]) => ({ role, publicKey: testKey(n) })),
    runtimeId: testRuntimeId(1),
    validFor: EPOCH,
    ...fields,
  })
}

const good: readonly Seat[] = [
  [1, worker],
  [2, worker],
  [1, backup],
]

/** What is wrong with a good state, once it was damaged. */
function violationsAfter(damage: (state: State) => void): readonly string[] {
  const { state } = testNetwork({ nodes: { 1: {} }, runtimes: [testRuntime(1)] })
  setCurrentValidators(state, [entry(1n)])
  setCommittee(state, committee(good))
  damage(state)
  return Array.from(violations(state), ({ invariant }) => invariant)
}

describe('the invariants of the scheduler', () => {
  it('hold of a good state', () => {
    const found = violationsAfter((state) =>
      setCommittee(state, committee(good, { validFor: EPOCH - 3n })),
    )
    assert.deepEqual(found, [])
  })

  it('find that nobody validates, that a vote weighs nothing, and what is still to be done', () => {
    const expected = ['scheduler.validators']
    assert.deepEqual(
      violationsAfter((state) => setCurrentValidators(state, [])),
      expected,
    )
    assert.deepEqual(
      violationsAfter((state) => setCurrentValidators(state, [entry(0n)])),
      expected,
    )
    assert.deepEqual(
      violationsAfter((state) => setPendingValidators(state, [entry(1n)])),
      expected,
    )
  })

  it('find committees that no rule elects', () => {
    const bad: readonly Committee[] = [
      committee([]),
      committee([[1, backup]]),
      committee([
        [1, worker],
        [2, backup],
        [3, worker],
      ]),
      committee([
        [1, worker],
        [1, worker],
      ]),
      committee([
        [1, worker],
        [2, invalid],
      ]),
      committee([...good, [4, 3]]),
      committee(good, { validFor: EPOCH + 1n }),
      committee(good, { runtimeId: testRuntimeId(2) }),
      committee(good, { kind: CommitteeKind.names.invalid }),
    ]
    for (const each of bad) {
      const found = violationsAfter((state) => setCommittee(state, each))
      assert.deepEqual([...new Set(found)], ['scheduler.committee'])
    }
  })
})
