import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { type TestOptions, testContext, testTree } from '../testing/testContext.ts'
import { beginningEpoch, currentEpoch, epochOf, randomValueOf } from './queries.ts'
import { scheduleEpoch, setEpoch } from './state.ts'

/** Block 11 of a chain that was in epoch 2 and is in epoch 3. */
function block(options: TestOptions = {}) {
  const committed = testTree()
  setEpoch(committed, { epoch: 2n, height: 1n })
  const ctx = testContext({ committed, ...options })
  setEpoch(ctx.state, { epoch: 3n, height: 11n })
  return ctx
}

describe('the current epoch', () => {
  it('is the one of the state', () => {
    assert.equal(currentEpoch(block()), 3n)
  })

  it('is already the one that begins with this block', () => {
    const ctx = block()
    scheduleEpoch(ctx.state, { epoch: 4n, height: 11n })
    assert.equal(currentEpoch(ctx), 4n)
  })

  it('is not yet the one that begins with another block', () => {
    const ctx = block()
    scheduleEpoch(ctx.state, { epoch: 4n, height: 12n })
    assert.equal(currentEpoch(ctx), 3n)
  })

  it('is none in the first block', () => {
    assert.equal(currentEpoch(block({ lastHeight: 0n })), EPOCH_INVALID)
  })
})

describe('the epoch that begins', () => {
  it('is another one than that of the block before', () => {
    assert.equal(beginningEpoch(block()), 3n)
    const ctx = block()
    setEpoch(ctx.state, { epoch: 2n, height: 1n })
    assert.equal(beginningEpoch(ctx), undefined)
  })

  it('is none in the first two blocks, whatever the state says', () => {
    assert.equal(beginningEpoch(block({ lastHeight: 0n })), undefined)
    assert.equal(beginningEpoch(block({ lastHeight: 10n, initialHeight: 10n })), undefined)
    assert.equal(beginningEpoch(block({ lastHeight: 11n, initialHeight: 10n })), 3n)
  })
})

describe('a state without a beacon', () => {
  it('is in epoch zero, and has no random bytes: beacon/2', () => {
    const { state } = testContext()
    assert.equal(epochOf(state), 0n)
    assert.throws(() => randomValueOf(state), { module: 'beacon', code: 2 })
  })
})
