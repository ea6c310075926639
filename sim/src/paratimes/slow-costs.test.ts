import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { costLines } from './costs.ts'

const LINE =
  /^ +(\d+) executors +(\d+) transactions +([\d.]+) ms each +-?[\d.]+ ms without rounds +/
/** Clients send 750 in the simulated time; most of them are told that theirs is final. */
const LEAST = 200

describe('what a transaction costs', () => {
  it('is measured of small committees, in which transactions become final', async () => {
    const sizes: number[] = []
    for await (const line of costLines([2, 5])) {
      const [, size, transactions, ms] = LINE.exec(line)?.map(Number) ?? []
      sizes.push(size!)
      assert.ok(transactions! >= LEAST, line)
      assert.ok(ms! > 0, line)
    }
    assert.deepEqual(sizes, [2, 5])
  })
})
