import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { StopForUpgrade } from '../kernel/upgrader.ts'
import { checkHalt } from './halt.ts'

describe('halting where the operator wants', () => {
  it('begins no block from the height on', () => {
    checkHalt({ height: 10n }, { epoch: 1n, height: 9n })
    assert.throws(() => checkHalt({ height: 10n }, { epoch: 1n, height: 10n }), StopForUpgrade)
  })

  it('begins no block from the epoch on, but an unknown epoch is none', () => {
    checkHalt({ epoch: 5n }, { epoch: 4n, height: 9n })
    assert.throws(() => checkHalt({ epoch: 5n }, { epoch: 5n, height: 9n }), StopForUpgrade)
    checkHalt({ epoch: 5n }, { epoch: EPOCH_INVALID, height: 1n })
    checkHalt({ epoch: EPOCH_INVALID }, { epoch: 7n, height: 1n })
  })

  it('never halts at zero', () => {
    checkHalt({}, { epoch: 100n, height: 100n })
    checkHalt({ epoch: 0n, height: 0n }, { epoch: 100n, height: 100n })
  })
})
