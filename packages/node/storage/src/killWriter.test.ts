import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { killWriters } from './killWriter.ts'

describe('a killed process', () => {
  it('leaves the last committed version readable, whenever it is killed (P16)', async () => {
    const { kills, versions, pairsRead } = await killWriters(8)
    assert.equal(kills, 8)
    assert.ok(versions >= 8n)
    assert.ok(pairsRead > 1000)
  })
})
