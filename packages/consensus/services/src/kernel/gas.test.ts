import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { costing } from '../testing/testLedger.ts'
import { composedGasAccountant, gasAccountant, gasOf, noGasAccountant } from './gas.ts'

const U64_MAX = 0xffff_ffff_ffff_ffffn
const plain = { module: 'unknown', code: 1 }
const outOfGas = { ...plain, reason: 'gas.outOfGas' }
const gasOverflow = { ...plain, reason: 'gas.gasOverflow' }

describe('a gas accountant', () => {
  it('counts up to its limit, and does not count what is refused', () => {
    const gas = gasAccountant(10n)
    gas.use(7n)
    assert.throws(() => gas.use(4n), outOfGas)
    assert.equal(gas.used, 7n)
    gas.use(3n)
    assert.equal(gas.used, 10n)
    assert.throws(() => gas.use(1n), outOfGas)
    gas.use(0n)
  })

  it('refuses a sum that has no room in 64 bits before it looks at its limit', () => {
    const gas = gasAccountant(U64_MAX)
    gas.use(U64_MAX - 1n)
    assert.throws(() => gas.use(2n), gasOverflow)
    gas.use(1n)
    assert.equal(gas.used, U64_MAX)
    assert.throws(() => gas.use(1n), gasOverflow)
    const small = gasAccountant(5n)
    small.use(5n)
    assert.throws(() => small.use(U64_MAX - 5n), outOfGas)
    assert.throws(() => small.use(U64_MAX - 4n), gasOverflow)
  })

  it('of nobody counts and refuses nothing', () => {
    noGasAccountant.use(U64_MAX)
    assert.deepEqual([noGasAccountant.used, noGasAccountant.limit], [0n, 0n])
  })
})

describe('the gas of a transaction in a block', () => {
  it('COMPAT: stays charged to the transaction if the block has no room, and tells the larger', () => {
    const own = gasAccountant(100n)
    const block = gasAccountant(20n)
    block.use(15n)
    const gas = composedGasAccountant(own, block)
    assert.deepEqual([gas.limit, gas.used], [100n, 15n])
    assert.throws(() => gas.use(6n), outOfGas)
    assert.deepEqual([own.used, block.used, gas.used], [6n, 15n, 15n])
    gas.use(5n)
    assert.deepEqual([own.used, block.used, gas.used], [11n, 20n, 20n])
  })

  it('is not charged to the block if the transaction has too little itself', () => {
    const own = gasAccountant(5n)
    const block = gasAccountant(20n)
    assert.throws(() => composedGasAccountant(own, block).use(6n), outOfGas)
    assert.deepEqual([own.used, block.used], [0n, 0n])
  })
})

describe('the cost of an operation', () => {
  it('is that of the table so many times, and COMPAT: wraps around', () => {
    const costs = costing('call', 1n << 63n)
    assert.equal(gasOf(costs, 'call'), 1n << 63n)
    assert.equal(gasOf(costs, 'call', 2n), 0n)
    assert.equal(gasOf(costs, 'call', 3n), 1n << 63n)
    assert.equal(gasOf(costs, 'other'), 0n)
    assert.equal(gasOf(undefined, 'call'), 0n)
    assert.throws(() => gasOf(costs, 'call', -1n), { name: 'BugError' })
  })
})
