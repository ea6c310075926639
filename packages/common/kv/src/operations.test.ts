import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Operation } from './contract.ts'
import { BATCH_SIZE_MAX, KEY_SIZE_MAX, VALUE_SIZE_MAX } from './limits.ts'
import { checkOperations } from './operations.ts'

describe('checkOperations', () => {
  it('takes a batch of the greatest size in bytes and refuses one byte more', () => {
    const value = new Uint8Array(VALUE_SIZE_MAX)
    const puts = (key: Uint8Array): Operation => ({ kind: 'put', key, value })
    const full = new Array(BATCH_SIZE_MAX / VALUE_SIZE_MAX).fill(puts(new Uint8Array(0)))
    checkOperations(full)
    const beyond = [...full.slice(1), puts(new Uint8Array(1))]
    assert.throws(() => checkOperations(beyond), { reason: 'kv.batchTooLarge' })
  })

  it('takes a bound one byte longer than any key and refuses one that is longer still', () => {
    const bounded = (size: number): Operation => ({
      kind: 'delete-range',
      range: { gte: new Uint8Array(size) },
    })
    checkOperations([bounded(KEY_SIZE_MAX + 1)])
    assert.throws(() => checkOperations([bounded(KEY_SIZE_MAX + 2)]), { reason: 'kv.keyTooLong' })
  })
})
