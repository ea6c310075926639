import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { replayContract } from '../src/replay/replayContract.ts'
import { listChains } from '../src/vectors.ts'

describe('recorded chains through the contract of engines', () => {
  for (const name of listChains())
    it(`${name}: results, events, updates and app hashes of every block`, () => {
      let count = 0
      for (const { height, ours, recorded } of replayContract(readChain(name))) {
        assert.deepEqual(ours, recorded, `block ${height}`)
        count++
      }
      assert.notEqual(count, 0)
    })
})
