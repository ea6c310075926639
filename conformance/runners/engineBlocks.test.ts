import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { verifyChain } from '../src/engine/verifyChain.ts'
import { readChain } from '../src/recordedChain.ts'
import { listChains } from '../src/vectors.ts'

describe('blocks and commits of recorded chains', () => {
  for (const name of listChains())
    it(`${name}: every block follows from those before it`, () => {
      let count = 0
      for (const _ of verifyChain(readChain(name))) count++
      assert.notEqual(count, 0)
    })
})
