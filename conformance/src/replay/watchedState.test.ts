import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import type { ServiceCall } from './aroundServices.ts'
import { Journal, WatchedState } from './watchedState.ts'

const KEY = Uint8Array.of(1)
const ONE = Uint8Array.of(11)
const TWO = Uint8Array.of(22)

function watch() {
  const options = { type: ROOT_TYPE_STATE, writeLog: 'dropped' } as const
  const tree = createTree(new Arena(), { ...options, namespace: new Uint8Array(32) })
  const journal = new Journal()
  return { journal, state: new WatchedState(tree, journal) }
}

const call = (service: string): ServiceCall => ({ service, kind: 'question', name: 'why' })

describe('a state that is watched', () => {
  it('remembers who wrote what over what', () => {
    const { journal, state } = watch()
    journal.phase = 3
    state.insert(KEY, ONE)
    journal.around(call('staking'), () =>
      journal.around(call('vault'), () => state.insert(KEY, TWO)),
    )
    state.remove(KEY)
    const own = { phase: 3, calls: [] }
    assert.deepEqual(journal.writes, [
      { key: '01', writer: own, before: undefined, after: ONE },
      {
        key: '01',
        writer: { phase: 3, calls: [call('staking'), call('vault')] },
        before: ONE,
        after: TWO,
      },
      { key: '01', writer: own, before: TWO, after: undefined },
    ])
  })

  it('forgets what is undone, and keeps what is kept', () => {
    const { journal, state } = watch()
    state.begin()
    state.insert(KEY, ONE)
    state.begin()
    state.insert(KEY, TWO)
    state.rollback()
    state.keep()
    assert.deepEqual(
      journal.writes.map(({ after }) => after),
      [ONE],
    )
    assert.deepEqual(state.get(KEY), ONE)
  })

  it('has nothing to tell of the removal of what is not there', () => {
    const { journal, state } = watch()
    assert.equal(state.removeExisting(KEY), undefined)
    assert.deepEqual(journal.writes, [])
  })

  it('knows again who calls when a call has failed', () => {
    const { journal } = watch()
    assert.throws(() =>
      journal.around(call('staking'), () => {
        throw new RangeError('no')
      }),
    )
    assert.deepEqual(journal.calls, [])
  })
})
