import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { services } from '@wadi/consensus-services/services'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { replayBlocks } from '../src/replay/replayChain.ts'
import { listChains } from '../src/vectors.ts'

describe('replay of recorded chains', () => {
  for (const name of listChains())
    it(`${name}: roots, results, events, validators and invariants of every block`, () => {
      let count = 0
      for (const { height, differences } of replayBlocks(readChain(name), { services })) {
        assert.deepEqual(differences, [], `block ${height}`)
        count++
      }
      assert.notEqual(count, 0)
    })
})
