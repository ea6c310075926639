import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { trendOf } from './residentMemory.ts'

describe('the trend of a series', () => {
  it('leaves out the first quarter, and compares the halves of the rest', () => {
    const series = [1, 2, 50, 50, 50, 90, 90, 90]
    assert.deepEqual(trendOf(series), { early: 50, late: 90, most: 90 })
  })

  it('is nothing of nothing', () => {
    assert.deepEqual(trendOf([]), { early: 0, late: 0, most: 0 })
  })
})
