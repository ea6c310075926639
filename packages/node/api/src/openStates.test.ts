import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Tree } from '@wadi/mkvs/tree'
import { OPEN_STATES_MAX } from './limits.ts'
import { OpenStates } from './openStates.ts'

/** Trees that say when they are opened and disposed of. */
function counted(): { readonly states: OpenStates; readonly told: string[] } {
  const told: string[] = []
  const states = new OpenStates((height) => {
    told.push(`open ${height}`)
    return { dispose: () => told.push(`close ${height}`) } as unknown as Tree
  })
  return { states, told }
}

describe('open states', () => {
  it('are opened once while they are asked for', () => {
    const { states, told } = counted()
    assert.equal(states.at(1n), states.at(1n))
    assert.deepEqual(told, ['open 1'])
  })

  it(`are at most ${OPEN_STATES_MAX}; the one that was asked for longest ago goes`, () => {
    const { states, told } = counted()
    for (let height = 1; height <= OPEN_STATES_MAX; height++) states.at(BigInt(height))
    states.at(1n)
    assert.equal(told.length, OPEN_STATES_MAX)
    states.at(99n)
    assert.deepEqual(told.slice(OPEN_STATES_MAX), ['open 99', 'close 2'])
  })

  it('are all let go when a block has been added', () => {
    const { states, told } = counted()
    states.at(1n)
    states.close()
    states.at(1n)
    assert.deepEqual(told, ['open 1', 'close 1', 'open 1'])
  })
})
