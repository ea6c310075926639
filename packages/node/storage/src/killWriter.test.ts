import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { killWriters } from './killWriter.ts'

describe('a killed process', () => {
  it('leaves the last committed version readable, whenever it is killed', async () => {
    const { kills, versions, pairsRead } = await killWriters(10)
    assert.equal(kills, 10)
    assert.ok(versions >= 10n)
    assert.ok(pairsRead > 1000)
  })
})
