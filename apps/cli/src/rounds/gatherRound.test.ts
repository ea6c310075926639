import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ROUND_BLOCKS_MAX } from '../limits.ts'
import { lookedThrough } from './gatherRound.ts'

const MAX = BigInt(ROUND_BLOCKS_MAX)

describe('the blocks of a round', () => {
  it('are all looked through, up to the bound, and the last ones beyond it', () => {
    assert.deepEqual(lookedThrough(10n, 10n + MAX, 1n), { first: 11n, isWhole: true })
    assert.deepEqual(lookedThrough(10n, 11n + MAX, 1n), { first: 12n, isWhole: false })
  })

  it('are looked through as far as the node has kept them', () => {
    assert.deepEqual(lookedThrough(10n, 20n, 11n), { first: 11n, isWhole: true })
    assert.deepEqual(lookedThrough(10n, 20n, 12n), { first: 12n, isWhole: false })
  })
})
