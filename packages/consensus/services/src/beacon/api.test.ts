import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import fc from 'fast-check'
import type { ApiView } from '../kernel/api.ts'
import { testTree } from '../testing/testContext.ts'
import { ask, testView } from '../testing/testView.ts'
import { scheduleEpoch, setEpoch } from './state.ts'

const BASE = 3n

/** A chain from height 1 on whose epochs, from the base on, have so many blocks each. */
function chainOf(sizes: readonly number[], firstHeight = 1n): ApiView {
  const begun: { readonly epoch: bigint; readonly height: bigint }[] = []
  let next = 1n
  for (const [i, size] of sizes.entries()) {
    begun.push({ epoch: BASE + BigInt(i), height: next })
    next += BigInt(size)
  }
  const stateAt = (height: bigint) => {
    assert.ok(height >= firstHeight && height < next, 'not kept')
    const tree = testTree()
    setEpoch(tree, begun.findLast((epoch) => epoch.height <= height)!)
    return tree
  }
  const genesis = zero(GenesisDocument)
  const beacon = { ...genesis.beacon, base: BASE }
  const lastHeight = next - 1n
  return testView(stateAt(lastHeight), {
    genesis: { ...genesis, height: 1n, beacon },
    height: lastHeight,
    lastHeight,
    firstHeight,
    stateAt,
  })
}

describe('Beacon/GetEpochBlock', () => {
  it('finds the first block of every epoch', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(sizes, (list) => {
        const view = chainOf(list)
        let height = 1n
        for (const [i, size] of list.entries()) {
          assert.equal(ask(view, 'Beacon/GetEpochBlock', BASE + BigInt(i)), height)
          height += BigInt(size)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('refuses epochs before the first one, and epochs to come', () => {
    const view = chainOf([5, 5])
    const refusal = (epoch: bigint) => () => ask(view, 'Beacon/GetEpochBlock', epoch)
    assert.throws(refusal(BASE - 1n), { reason: 'epochs.predatesBase', module: 'unknown' })
    assert.throws(refusal(BASE + 2n), { reason: 'epochs.notFound', module: 'unknown' })
    assert.throws(refusal(2n ** 64n - 1n), { reason: 'epochs.notFound' })
  })

  it('asks only states that are kept', () => {
    const view = chainOf([5, 5, 5, 5], 12n)
    assert.equal(ask(view, 'Beacon/GetEpochBlock', BASE + 2n), 11n)
    assert.equal(ask(view, 'Beacon/GetEpochBlock', BASE), 1n)
    assert.throws(() => ask(view, 'Beacon/GetEpochBlock', BASE + 1n), {
      reason: 'epochs.notFound',
    })
  })
})

describe('Beacon/GetNextEpoch', () => {
  const state = testTree()
  setEpoch(state, { epoch: 7n, height: 2n })
  scheduleEpoch(state, { epoch: 8n, height: 11n })

  it('is another one only if the next block begins it', () => {
    assert.equal(ask(testView(state), 'Beacon/GetNextEpoch', 10n), 8n)
    assert.equal(ask(testView(state, { height: 9n }), 'Beacon/GetNextEpoch', 9n), 7n)
  })

  it('knows the last height by zero, but not by other names', () => {
    assert.equal(ask(testView(state), 'Beacon/GetNextEpoch', 0n), 8n)
    assert.equal(ask(testView(state), 'Beacon/GetNextEpoch', -5n), 7n)
  })
})

describe('the beacon', () => {
  it('tells its first epoch and the random value, if there is one', () => {
    const view = chainOf([1])
    assert.equal(ask(view, 'Beacon/GetBaseEpoch'), BASE)
    assert.equal(ask(view, 'Beacon/GetFutureEpoch', 0n), undefined)
    assert.throws(() => ask(view, 'Beacon/GetBeacon', 0n), {
      module: 'beacon',
      code: 2,
      message: 'beacon: random beacon not available',
    })
  })

  it('says what failed before it says why there are no parameters', () => {
    const view = Object.defineProperty({ ...testView(testTree()) }, 'state', {
      get: () => {
        throw consensusErrors.versionNotFound()
      },
    })
    assert.throws(() => ask(view, 'Beacon/ConsensusParameters', 99n), {
      module: 'consensus',
      code: 3,
      message: 'beacon: genesis query failed: consensus: version not found',
    })
  })
})
