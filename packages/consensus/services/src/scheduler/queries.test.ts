import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import { testContext } from '../testing/testContext.ts'
import { testRuntimeId } from '../testing/testElection.ts'
import { committeeOf, committeesOf, currentValidatorsOf } from './queries.ts'
import { setCommittee } from './state.ts'

const { executor: EXECUTOR, invalid: OTHER } = CommitteeKind.names

function committee(kind: CommitteeKind, runtime: number): Committee {
  return { kind, members: [], runtimeId: testRuntimeId(runtime), validFor: 1n }
}

describe('what anybody may know of elections', () => {
  it('is every committee, or those of a kind, or that of a runtime', () => {
    const { state } = testContext()
    for (const kind of [EXECUTOR, OTHER])
      for (const runtime of [1, 2, 3]) setCommittee(state, committee(kind, runtime))
    assert.equal(committeesOf(state).length, 6)
    assert.deepEqual(
      committeesOf(state, EXECUTOR).map(({ kind }) => kind),
      [EXECUTOR, EXECUTOR, EXECUTOR],
    )
    assert.deepEqual(committeeOf(state, EXECUTOR, testRuntimeId(2)), committee(EXECUTOR, 2))
    assert.equal(committeeOf(state, EXECUTOR, testRuntimeId(4)), undefined)
  })

  it('is that nobody validates before a chain has begun', () => {
    assert.deepEqual(currentValidatorsOf(testContext().state), [])
  })
})
