import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { tableOfKey } from '@wadi/consensus/state/stateTables'
import { consensusMockState } from '../src/consensusMock.ts'
import { memoryTrees } from '../src/memoryTree.ts'

/** Spec: consensus.md, appendix A. */
const KNOWN_ROOT = '8e39bf193f8a954ab8f8d7cb6388c591fd0785ea060bbd8e3752e266b54499d3'

describe('the golden state "consensus mock"', () => {
  it('has 65 keys and the published root', () => {
    const state = consensusMockState()
    assert.equal(state.size, 65)
    const tree = memoryTrees()()
    for (const [key, value] of state) tree.insert(parseHex(key), value)
    assert.equal(toHex(tree.commit()), KNOWN_ROOT)
    tree.dispose()
  })

  it('has the same bytes again when every value is decoded and encoded', () => {
    for (const [key, value] of consensusMockState()) {
      const table = tableOfKey(parseHex(key))
      const again = table.value.encode(table.value.decode(value))
      assert.equal(toHex(again), toHex(value), table.name)
    }
  })
})
