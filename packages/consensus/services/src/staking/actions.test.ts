import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, make } from '@wadi/cbor/codec'
import { type Account, CommissionScheduleRules, type Parameters } from '@wadi/consensus/staking'
import { AddEscrowEvent, TakeEscrowEvent, TransferEvent } from '@wadi/consensus/staking/events'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Transaction } from '@wadi/primitives/transaction'
import { type Context, signedBy } from '../kernel/context.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  carol,
  checkSound,
  type LedgerStart,
  pool,
  poolsOf,
  testLedger,
  toldBy,
} from '../testing/testLedger.ts'
import { testKey } from '../testing/testNodes.ts'
import { withEscrow } from './accounts.ts'
import {
  addReward,
  addRewards,
  authenticate,
  blockFees,
  chargeChecked,
  checkLocalGasPrice,
  discardGovernanceDeposit,
  setAccountHook,
  slashEscrow,
  transferBetween,
  transferFromCommonPool,
  transferFromGovernanceDeposits,
  transferToGovernanceDeposits,
} from './actions.ts'
import { accountOf, commonPoolOf, delegationOf, governanceDepositsOf } from './queries.ts'
import { setAccount } from './state.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

const plain = { module: 'unknown', code: 1 }
const tooLow = { module: 'staking', code: 10 }
const insufficient = { module: 'staking', code: 3 }

describe('authentication', () => {
  const fee = (amount: bigint, gas = 1n) => ({ amount: quantity(amount), gas })

  function transaction(changes: Partial<Transaction> = {}): Transaction {
    return { nonce: 0n, fee: fee(10n), method: 'staking.Burn', body: new Uint8Array(0), ...changes }
  }

  function signed(start: LedgerStart = {}): Context {
    return signedBy(testLedger(start), testKey(1))
  }

  function nonceOf({ state }: Context): bigint {
    return accountOf(state, alice).general.nonce
  }

  it('pays the fee into the block, counts the transaction, and tells it', () => {
    const ctx = signed()
    authenticate(ctx, transaction())
    authenticate(ctx, transaction({ nonce: 1n, fee: fee(5n) }))
    assert.equal(balanceOf(ctx, alice), 85n)
    assert.equal(nonceOf(ctx), 2n)
    assert.equal(blockFees.get(ctx.block), 15n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'transfer'])
  })

  it('tells nothing of a fee of nothing, and needs none', () => {
    const ctx = signed()
    authenticate(ctx, transaction({ fee: undefined }))
    authenticate(ctx, transaction({ nonce: 1n, fee: fee(0n) }))
    assert.equal(nonceOf(ctx), 2n)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('refuses reserved addresses, then another nonce, then what cannot be paid', () => {
    const reserved = { ...testLedger(), caller: COMMON_POOL_ADDRESS }
    assert.throws(() => authenticate(reserved, transaction()), {
      ...plain,
      reason: 'cometbft/staking.reservedSigner',
    })
    const params = { minTransactBalance: quantity(91n) }
    const ctx = signed({ params })
    const invalidNonce = { module: 'consensus/transaction', code: 1 }
    assert.throws(() => authenticate(ctx, transaction({ nonce: 1n })), invalidNonce)
    assert.throws(() => authenticate(ctx, transaction()), tooLow)
    authenticate(ctx, transaction({ fee: fee(9n) }))
  })

  it('counts beyond the largest nonce from zero', () => {
    const ctx = signed()
    const account = accountOf(ctx.state, alice)
    const nonce = 0xffff_ffff_ffff_ffffn
    setAccount(ctx.state, alice, { ...account, general: { ...account.general, nonce } })
    authenticate(ctx, transaction({ nonce }))
    assert.equal(nonceOf(ctx), 0n)
  })

  it('asks nothing of what is only simulated', () => {
    const ctx = { ...signed(), mode: 'simulate' } as const
    authenticate(ctx, transaction({ nonce: 9n, fee: fee(1_000n) }))
    assert.equal(nonceOf(ctx), 0n)
  })

  it('charges what is checked only afterwards', () => {
    const ctx = { ...signed(), mode: 'checkTx' } as const
    authenticate(ctx, transaction())
    assert.equal(balanceOf(ctx, alice), 100n)
    chargeChecked(ctx, transaction())
    assert.equal(balanceOf(ctx, alice), 90n)
    assert.equal(nonceOf(ctx), 1n)
    assert.equal(blockFees.get(ctx.block), 0n)
    const spent = { module: 'consensus/transaction', code: 2 }
    assert.throws(() => chargeChecked(ctx, transaction({ fee: fee(91n) })), spent)
    chargeChecked(ctx, transaction({ fee: undefined }))
  })

  it('asks the local price of others when checking, unless they want no gas', () => {
    const local = { minGasPrice: quantity(5n), ownSigner: testKey(2) }
    const delivered = signed({ local })
    const cheap = transaction({ fee: fee(9n, 2n) })
    const refusal = { module: 'consensus/transaction', code: 3 }
    assert.throws(() => checkLocalGasPrice(delivered, cheap), refusal)
    checkLocalGasPrice(delivered, transaction({ fee: fee(10n, 2n) }))
    checkLocalGasPrice(delivered, transaction({ fee: fee(9n, 0n) }))
    checkLocalGasPrice(delivered, transaction({ fee: undefined }))
    checkLocalGasPrice(signedBy(delivered, testKey(2)), cheap)
    checkLocalGasPrice(signed({}), cheap)
  })
})

describe('the transfer of the ledger', () => {
  it('moves base units and tells it', () => {
    const ctx = testLedger()
    transferBetween(ctx, alice, bob, quantity(30n))
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(balanceOf(ctx, bob), 130n)
    assert.deepEqual(toldBy(ctx), ['transfer'])
    checkSound(ctx)
  })

  it('does nothing at all to oneself, or with nothing', () => {
    const ctx = testLedger()
    transferBetween(ctx, alice, alice, quantity(1_000n))
    transferBetween(ctx, BURN_ADDRESS, alice, quantity(0n))
    assert.equal(balanceOf(ctx, alice), 100n)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('refuses a shortfall as staking/3, and too little left as staking/10', () => {
    const ctx = testLedger({ params: { minTransactBalance: quantity(50n) } })
    assert.throws(() => transferBetween(ctx, alice, bob, quantity(101n)), insufficient)
    assert.throws(() => transferBetween(ctx, alice, bob, quantity(51n)), tooLow)
    assert.throws(() => transferBetween(ctx, alice, carol, quantity(49n)), tooLow)
    assert.throws(() => transferBetween(ctx, alice, BURN_ADDRESS, quantity(1n)), plain)
    transferBetween(ctx, alice, carol, quantity(50n))
  })
})

describe('a transfer from the common pool', () => {
  it('pays as much as there is, and says whether that was anything', () => {
    const ctx = testLedger({ commonPool: 30n })
    assert.equal(transferFromCommonPool(ctx, bob, quantity(20n), 'general'), true)
    assert.equal(transferFromCommonPool(ctx, bob, quantity(20n), 'general'), true)
    assert.equal(transferFromCommonPool(ctx, bob, quantity(20n), 'general'), false)
    assert.equal(balanceOf(ctx, bob), 130n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'transfer'])
    checkSound(ctx)
  })

  it("into an escrow account without shares is the owner's own delegation", () => {
    const ctx = testLedger()
    transferFromCommonPool(ctx, bob, quantity(20n), 'escrow')
    assert.deepEqual(poolsOf(ctx, bob).active, pool(20n, 20n))
    assert.equal(delegationOf(ctx.state, bob, bob).shares, 20n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'add_escrow'])
    checkSound(ctx)
  })

  it('into escrow is divided by the rate of the epoch, and buys at the new price', () => {
    const ctx = delegated({ minCommissionRate: quantity(25_000n) })
    transferFromCommonPool(ctx, bob, quantity(41n), 'escrow')
    // Of 41 the commission is 10. The rest makes 50 shares worth 81, so 10 buy 6.
    assert.deepEqual(poolsOf(ctx, bob).active, pool(91n, 56n))
    assert.equal(delegationOf(ctx.state, bob, bob).shares, 6n)
    assert.deepEqual(toldBy(ctx), ['add_escrow', 'transfer', 'add_escrow'])
    checkSound(ctx)
  })

  it('tells of a reward for delegators even if it is nothing', () => {
    const ctx = delegated({ minCommissionRate: quantity(100_000n) })
    transferFromCommonPool(ctx, bob, quantity(5n), 'escrow')
    assert.deepEqual(toldBy(ctx), ['add_escrow', 'transfer', 'add_escrow'])
    const told = decode(AddEscrowEvent, ctx.events[0]!.attributes[0]!.value)
    assert.deepEqual(told, { owner: COMMON_POOL_ADDRESS, escrow: bob, amount: 0n, newShares: 0n })
  })

  it('into worthless shares is refused if all of it is commission', () => {
    const ctx = delegated({ minCommissionRate: quantity(100_000n) })
    slashEscrow(ctx, bob, quantity(50n))
    const pay = () => transferFromCommonPool(ctx, bob, quantity(5n), 'escrow')
    assert.throws(pay, { module: 'staking', code: 1 })
  })
})

const HALF = quantity(50_000_000n)

/** Alice has 50 shares of bob's, each worth one base unit. Rewards are half of the stake. */
function delegated(
  rules: Partial<CommissionScheduleRules> = {},
  params: Partial<Parameters> = {},
): Context {
  const ctx = testLedger({
    params: {
      commissionScheduleRules: make(CommissionScheduleRules, rules),
      rewardSchedule: [{ until: 20n, scale: HALF }],
      ...params,
    },
  })
  addEscrow(ctx, { account: bob, amount: quantity(50n) })
  return as(ctx, {})
}

describe('deposits of proposals', () => {
  it('go to and fro, or to the common pool, and are told', () => {
    const ctx = testLedger()
    transferToGovernanceDeposits(ctx, alice, quantity(30n))
    assert.equal(governanceDepositsOf(ctx.state), 30n)
    transferFromGovernanceDeposits(ctx, bob, quantity(10n))
    discardGovernanceDeposit(ctx, quantity(20n))
    assert.equal(governanceDepositsOf(ctx.state), 0n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(balanceOf(ctx, bob), 110n)
    assert.equal(commonPoolOf(ctx.state), 1_020n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'transfer', 'transfer'])
    checkSound(ctx)
  })

  it('are told even of nothing', () => {
    const ctx = testLedger()
    transferToGovernanceDeposits(ctx, alice, quantity(0n))
    assert.deepEqual(toldBy(ctx), ['transfer'])
  })

  it('that nobody has are plain errors', () => {
    const ctx = testLedger()
    assert.throws(() => transferToGovernanceDeposits(ctx, alice, quantity(101n)), plain)
    assert.throws(() => transferFromGovernanceDeposits(ctx, alice, quantity(1n)), plain)
    assert.throws(() => discardGovernanceDeposit(ctx, quantity(1n)), plain)
    checkSound(ctx)
  })
})

describe('slashing', () => {
  it('takes from both pools by their size, rounded down, and tells it', () => {
    const ctx = delegated()
    reclaimEscrow(ctx, { account: bob, shares: quantity(20n) })
    ctx.events.length = 0
    assert.equal(slashEscrow(ctx, bob, quantity(9n)), 8n)
    assert.deepEqual(poolsOf(ctx, bob), { active: pool(25n, 30n), debonding: pool(17n, 20n) })
    assert.equal(commonPoolOf(ctx.state), 1_008n)
    const told = decode(TakeEscrowEvent, ctx.events[0]!.attributes[0]!.value)
    assert.deepEqual(told, { owner: bob, amount: 8n, debondingAmount: 3n })
    checkSound(ctx)
  })

  it('takes no more than there is', () => {
    const ctx = delegated()
    assert.equal(slashEscrow(ctx, bob, quantity(1_000n)), 50n)
    assert.deepEqual(poolsOf(ctx, bob).active, pool(0n, 50n))
    checkSound(ctx)
  })

  it('of nothing writes nothing and tells nothing', () => {
    const ctx = delegated()
    assert.equal(slashEscrow(ctx, bob, quantity(0n)), 0n)
    assert.equal(slashEscrow(ctx, carol, quantity(5n)), 0n)
    assert.deepEqual(toldBy(ctx), [])
  })
})

describe('rewards', () => {
  const one = quantity(1n)

  it('make shares worth more, and the commission buys at the new price', () => {
    const ctx = delegated({ minCommissionRate: quantity(20_000n) })
    addRewards(ctx, 7n, one, [bob])
    // Of 25 the commission is 5. The rest makes 50 shares worth 70, so 5 buy 3.
    assert.deepEqual(poolsOf(ctx, bob).active, pool(75n, 53n))
    assert.equal(commonPoolOf(ctx.state), 975n)
    assert.deepEqual(toldBy(ctx), ['add_escrow', 'transfer', 'add_escrow'])
    const { from, amount } = decode(TransferEvent, ctx.events[1]!.attributes[0]!.value)
    assert.deepEqual([from, amount], [COMMON_POOL_ADDRESS, 5n])
    checkSound(ctx)
  })

  it('tell nothing of a part that is nothing', () => {
    const none = delegated()
    addRewards(none, 7n, one, [bob])
    assert.deepEqual(toldBy(none), ['add_escrow'])
    const all = delegated({ minCommissionRate: quantity(100_000n) })
    addRewards(all, 7n, one, [bob])
    assert.deepEqual(toldBy(all), ['transfer', 'add_escrow'])
    checkSound(all)
  })

  it('are divided by the schedule of the entity where it has one', () => {
    const ctx = delegated()
    const account: Account = accountOf(ctx.state, bob)
    const rates = [{ start: 3n, rate: quantity(100_000n) }]
    const commissionSchedule = { rates, bounds: [] }
    setAccount(ctx.state, bob, withEscrow(account, { commissionSchedule }))
    addRewards(ctx, 7n, one, [bob])
    assert.deepEqual(toldBy(ctx), ['transfer', 'add_escrow'])
  })

  it('end with the schedule', () => {
    const ctx = delegated()
    addRewards(ctx, 20n, one, [bob])
    assert.deepEqual(toldBy(ctx), [])
    addRewards(ctx, 19n, one, [bob])
    assert.deepEqual(toldBy(ctx), ['add_escrow'])
  })

  it('that are nothing, or more than the common pool has, are left out', () => {
    const ctx = delegated()
    addRewards(ctx, 7n, quantity(41n), [carol, bob])
    assert.deepEqual(toldBy(ctx), [])
    addRewards(ctx, 7n, quantity(20n), [bob, bob])
    assert.equal(commonPoolOf(ctx.state), 500n)
    checkSound(ctx)
  })

  it('can take all of the common pool', () => {
    const ctx = delegated()
    addReward(ctx, 7n, { factor: quantity(40n), scale: HALF }, bob)
    assert.equal(commonPoolOf(ctx.state), 0n)
    checkSound(ctx)
  })
})

describe('the hook of an account', () => {
  it('is kept under its kind', () => {
    const { state } = testLedger()
    setAccountHook(state, alice, 'withdraw', { module: 'vault' })
    assert.deepEqual([...accountOf(state, alice).general.hooks], [[1, { module: 'vault' }]])
    assert.equal(accountOf(state, alice).general.balance, 100n)
  })
})
