import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { replayContract } from '../src/replay/replayContract.ts'
import { listChains } from '../src/vectors.ts'

/** A short one, in which somebody is punished. The others are in `slow-replayContract.test.ts`. */
const CHAINS = ['validator-equivocation']

describe('a recorded chain through the contract of engines', () => {
  for (const name of listChains().filter((chain) => CHAINS.includes(chain)))
    it(`${name}: results, events, updates and app hashes of every block`, () => {
      const told = Array.from(replayContract(readChain(name)))
      for (const { height, ours, recorded } of told)
        assert.deepEqual(ours, recorded, `block ${height}`)
      assert.notEqual(told.length, 0)
    })
})
