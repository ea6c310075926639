import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errors } from '@wadi/consensus/consensus/errors'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import { CommitteeKind } from '@wadi/consensus/scheduler/committee'
import { testTree } from '../testing/testContext.ts'
import { testRuntimeId } from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { ask, testView } from '../testing/testView.ts'
import { setCommittee, setCurrentValidators } from './state.ts'

const [one, two] = [testRuntimeId(1), testRuntimeId(2)]

function committeeOf(runtimeId: typeof one): Committee {
  return { kind: CommitteeKind.names.executor, members: [], runtimeId, validFor: 5n }
}

describe('the scheduler, asked', () => {
  it('tells the committees of a runtime, and of no other', () => {
    const state = testTree()
    setCommittee(state, committeeOf(one))
    const view = testView(state)
    const query = (runtimeId: typeof one) => ({ height: 0n, runtimeId })
    assert.deepEqual(ask(view, 'Scheduler/GetCommittees', query(one)), [committeeOf(one)])
    assert.deepEqual(ask(view, 'Scheduler/GetCommittees', query(two)), [])
  })

  it('tells who validates', () => {
    const state = testTree()
    const validator = { id: testKey(1), entityId: testKey(2), votingPower: 3n }
    assert.deepEqual(ask(testView(state), 'Scheduler/GetValidators', 0n), [])
    setCurrentValidators(state, [[testKey(3), validator]])
    assert.deepEqual(ask(testView(state), 'Scheduler/GetValidators', 0n), [validator])
  })

  it('says what failed before it says why there is no state', () => {
    const view = Object.defineProperty({ ...testView(testTree()) }, 'state', {
      get: () => {
        throw errors.versionNotFound()
      },
    })
    for (const name of ['Scheduler/StateToGenesis', 'Scheduler/ConsensusParameters'])
      assert.throws(() => ask(view, name, 99n), {
        module: 'consensus',
        code: 3,
        message: 'scheduler: genesis query failed: consensus: version not found',
      })
    assert.throws(() => ask(view, 'Scheduler/GetValidators', 99n), {
      message: 'consensus: version not found',
    })
  })
})
