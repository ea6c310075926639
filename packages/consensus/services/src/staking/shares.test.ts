import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { pool } from '../testing/testLedger.ts'
import { deposit, redeem, sharesForStake, stakeForShares } from './shares.ts'

const amount = fc.bigInt(0n, 1n << 70n).map(quantity)
const positive = fc.bigInt(1n, 1n << 70n).map(quantity)
const anyPool = fc.tuple(positive, positive).map(([balance, shares]) => pool(balance, shares))

describe('shares', () => {
  it('cost one base unit each in a pool without shares, whatever lies in it', () => {
    assert.equal(sharesForStake(pool(0n, 0n), quantity(5n)), 5n)
    assert.equal(sharesForStake(pool(7n, 0n), quantity(5n)), 5n)
  })

  it('are rounded down both ways', () => {
    assert.equal(sharesForStake(pool(3n, 2n), quantity(4n)), 2n)
    assert.equal(sharesForStake(pool(3n, 2n), quantity(1n)), 0n)
    assert.equal(stakeForShares(pool(3n, 2n), quantity(1n)), 1n)
    assert.equal(stakeForShares(pool(1n, 2n), quantity(1n)), 0n)
  })

  it('cannot be bought of a pool whose stake is all slashed, not even none', () => {
    const refusal = { module: 'staking', code: 1 }
    assert.throws(() => sharesForStake(pool(0n, 2n), quantity(1n)), refusal)
    assert.throws(() => sharesForStake(pool(0n, 2n), quantity(0n)), refusal)
    assert.equal(stakeForShares(pool(0n, 2n), quantity(2n)), 0n)
  })

  it('are worth nothing in a pool that has none', () => {
    assert.equal(stakeForShares(pool(5n, 0n), quantity(1n)), 0n)
  })

  it('cannot be given up by more than there are', () => {
    assert.throws(() => redeem(pool(4n, 2n), quantity(3n)), { module: 'unknown', code: 1 })
    assert.deepEqual(redeem(pool(4n, 2n), quantity(2n)), {
      pool: pool(0n, 0n),
      amount: 4n,
    })
  })

  it('are never worth more than was paid for them', () => {
    fc.assert(
      fc.property(anyPool, amount, (before, paid) => {
        const { pool: after, shares } = deposit(before, paid)
        const { pool: end, amount: back } = redeem(after, shares)
        assert.ok(back <= paid)
        assert.equal(end.balance + back, before.balance + paid)
        assert.equal(end.totalShares, before.totalShares)
      }),
    )
  })

  it('of others never lose worth when somebody comes or goes', () => {
    fc.assert(
      fc.property(anyPool, amount, fc.nat(100), (before, paid, percent) => {
        const { pool: after } = deposit(before, paid)
        // balance / shares does not fall, compared without dividing.
        assert.ok(after.balance * before.totalShares >= before.balance * after.totalShares)
        const some = quantity((before.totalShares * BigInt(percent)) / 100n)
        const { pool: rest } = redeem(before, some)
        assert.ok(rest.balance * before.totalShares >= before.balance * rest.totalShares)
      }),
    )
  })
})
