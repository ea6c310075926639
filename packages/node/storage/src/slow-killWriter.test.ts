import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { killWriters } from './killWriter.ts'

describe('a killed process, a hundred times', () => {
  it('leaves the last committed version readable, whenever it is killed (P16)', async () => {
    const { kills } = await killWriters(100)
    assert.equal(kills, 100)
  })
})
