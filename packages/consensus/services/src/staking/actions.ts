/** What other services, and the application, may do to the ledger. */

import { equalBytes } from '@wadi/base/bytes'
import { withEntry } from '@wadi/cbor/collections'
import { transactionErrors } from '@wadi/consensus/consensus/errors'
import {
  type Account,
  HOOK_KINDS,
  type HookDestination,
  type SharePool,
} from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Address } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import {
  add,
  divide,
  minimum,
  multiply,
  type Quantity,
  subtract,
  ZERO,
} from '@wadi/primitives/quantity'
import {
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
  isReservedAddress,
} from '@wadi/primitives/reservedAddresses'
import { gasPrice, type Transaction } from '@wadi/primitives/transaction'
import { currentEpoch } from '../beacon/queries.ts'
import { blockCell } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { endsCheck, endsSimulation } from '../kernel/method.ts'
import type { State } from '../kernel/state.ts'
import { checkFloor, credited, debited, rewarded, withEscrow } from './accounts.ts'
import { type Division, divideReward } from './commission.ts'
import { plainErrors } from './errors.ts'
import {
  accountOf,
  commonPoolOf,
  delegationOf,
  governanceDepositsOf,
  parametersOf,
} from './queries.ts'
import { type RewardTerms, rewardFor, rewardScaleAt } from './rewards.ts'
import { deposit } from './shares.ts'
import { setAccount, setCommonPool, setDelegation, setGovernanceDeposits } from './state.ts'

const EVENTS = 'oasis_event_100_staking'

/** The fees of the block's transactions so far. */
export const blockFees = blockCell<Quantity>(() => ZERO)

function emitTransfer(ctx: Context, from: Address, to: Address, amount: Quantity): void {
  emit(ctx, EVENTS, 'transfer', { from, to, amount })
}

/** Makes sure that the signer may call and can pay, and, in a block, has the fee paid. */
export function authenticate(ctx: Context, { nonce, fee }: Transaction): void {
  if (endsSimulation(ctx)) return
  const { state, caller } = ctx
  if (isReservedAddress(caller)) throw plainErrors.reservedSigner()
  const account = accountOf(state, caller)
  if (account.general.nonce !== nonce) throw transactionErrors.invalidNonce()
  const amount = fee?.amount ?? ZERO
  const { minTransactBalance } = parametersOf(state)
  if (account.general.balance < add(amount, minTransactBalance)) throw errors.balanceTooLow()
  if (endsCheck(ctx)) return
  blockFees.set(ctx.block, add(blockFees.get(ctx.block), amount))
  setAccount(state, caller, withNextNonce(debited(account, amount)))
  if (amount !== 0n) emitTransfer(ctx, caller, FEE_ACCUMULATOR_ADDRESS, amount)
}

/** What a node asks of others' transactions before it offers them to anybody. */
export function checkLocalGasPrice({ chain, signer }: Context, { fee }: Transaction): void {
  if (chain.local === undefined || fee === undefined || fee.gas === 0n) return
  const { minGasPrice, ownSigner } = chain.local
  if (ownSigner !== undefined && equalBytes(signer, ownSigner)) return
  if (gasPrice(fee) < minGasPrice) throw transactionErrors.gasPriceTooLow()
}

/** COMPAT(oasis-core): the number behind the largest one is zero. */
function withNextNonce(account: Account): Account {
  const nonce = BigInt.asUintN(64, account.general.nonce + 1n)
  return { ...account, general: { ...account.general, nonce } }
}

/** Charges a transaction that was checked and found good, so that the next one can be checked. */
export function chargeChecked({ state, caller }: Context, { fee }: Transaction): void {
  const account = accountOf(state, caller)
  const amount = fee?.amount ?? ZERO
  if (account.general.balance < amount) throw transactionErrors.insufficientFeeBalance()
  setAccount(state, caller, withNextNonce(debited(account, amount)))
}

/** Moves base units between accounts: the ledger's own transfer. */
export function transferBetween(ctx: Context, from: Address, to: Address, amount: Quantity): void {
  if (equalBytes(from, to) || amount === 0n) return
  const { state } = ctx
  const source = accountOf(state, from)
  const target = accountOf(state, to)
  if (source.general.balance < amount) throw errors.insufficientBalance()
  const poorer = debited(source, amount)
  const richer = credited(target, amount)
  const params = parametersOf(state)
  checkFloor(poorer, params, 'source account')
  checkFloor(richer, params, 'dest account')
  setAccount(state, from, poorer)
  setAccount(state, to, richer)
  emitTransfer(ctx, from, to, amount)
}

/** An entity's account with rewards put in, and what its delegators and itself got of them. */
function paid(ctx: Context, address: Address, account: Account, { rest, commission }: Division) {
  // The delegators' part makes shares worth more first: the commission buys at the new price.
  const shared = rest === undefined ? account : withSharedReward(ctx, address, account, rest)
  return commission === 0n ? shared : withCommission(ctx, address, shared, commission)
}

function withSharedReward(ctx: Context, escrow: Address, account: Account, amount: Quantity) {
  emit(ctx, EVENTS, 'add_escrow', { owner: COMMON_POOL_ADDRESS, escrow, amount, newShares: ZERO })
  return rewarded(account, amount)
}

function withCommission(ctx: Context, owner: Address, account: Account, amount: Quantity) {
  const { state } = ctx
  const { pool, shares } = deposit(account.escrow.active, amount)
  const before = delegationOf(state, owner, owner)
  setDelegation(state, owner, owner, { shares: add(before.shares, shares) })
  emitTransfer(ctx, COMMON_POOL_ADDRESS, owner, amount)
  emit(ctx, EVENTS, 'add_escrow', { owner, escrow: owner, amount, newShares: shares })
  return withEscrow(account, { active: pool })
}

/** Where base units from the common pool go: to be spent, or to the delegators. */
export type CommonPoolDestination = 'general' | 'escrow'

/** Pays up to `amount` from the common pool. Tells whether anything was paid. */
export function transferFromCommonPool(
  ctx: Context,
  to: Address,
  amount: Quantity,
  destination: CommonPoolDestination,
): boolean {
  const { state } = ctx
  const commonPool = commonPoolOf(state)
  const account = accountOf(state, to)
  const moved = minimum(amount, commonPool)
  if (moved === 0n) return false
  let after: Account
  if (destination === 'escrow') after = paid(ctx, to, account, divisionOf(ctx, account, moved))
  else {
    after = credited(account, moved)
    emitTransfer(ctx, COMMON_POOL_ADDRESS, to, moved)
  }
  setCommonPool(state, subtract(commonPool, moved))
  setAccount(state, to, after)
  return true
}

/**
 * How a payment into escrow is divided.
 * COMPAT(oasis-core): here the delegators' part is told of even if it is nothing, and if nobody
 * has shares, all of it is commission.
 */
function divisionOf(ctx: Context, { escrow }: Account, amount: Quantity): Division {
  if (escrow.active.totalShares === 0n) return { rest: undefined, commission: amount }
  const { commissionScheduleRules } = parametersOf(ctx.state)
  return divideReward(escrow.commissionSchedule, commissionScheduleRules, currentEpoch(ctx), amount)
}

/** Takes a deposit of a proposal from its submitter. A shortfall is a plain error. */
export function transferToGovernanceDeposits(ctx: Context, from: Address, amount: Quantity): void {
  const { state } = ctx
  const account = debited(accountOf(state, from), amount)
  setAccount(state, from, account)
  setGovernanceDeposits(state, add(governanceDepositsOf(state), amount))
  emitTransfer(ctx, from, GOVERNANCE_DEPOSITS_ADDRESS, amount)
}

/** Gives a deposit of a proposal back. */
export function transferFromGovernanceDeposits(ctx: Context, to: Address, amount: Quantity): void {
  const { state } = ctx
  const account = credited(accountOf(state, to), amount)
  const deposits = subtract(governanceDepositsOf(state), amount)
  setAccount(state, to, account)
  setGovernanceDeposits(state, deposits)
  emitTransfer(ctx, GOVERNANCE_DEPOSITS_ADDRESS, to, amount)
}

/** Puts a deposit of a proposal into the common pool. */
export function discardGovernanceDeposit(ctx: Context, amount: Quantity): void {
  const { state } = ctx
  const deposits = subtract(governanceDepositsOf(state), amount)
  setGovernanceDeposits(state, deposits)
  setCommonPool(state, add(commonPoolOf(state), amount))
  emitTransfer(ctx, GOVERNANCE_DEPOSITS_ADDRESS, COMMON_POOL_ADDRESS, amount)
}

/** A pool's part of what is slashed of `total`, but no more than there is. */
function slashedOf({ balance }: SharePool, amount: Quantity, total: Quantity): Quantity {
  return total === 0n ? ZERO : minimum(balance, divide(multiply(balance, amount), total))
}

function withoutBalance(pool: SharePool, amount: Quantity): SharePool {
  return { ...pool, balance: subtract(pool.balance, amount) }
}

/** Takes stake from both pools of an account into the common pool. Returns how much it was. */
export function slashEscrow(ctx: Context, owner: Address, amount: Quantity): Quantity {
  const { state } = ctx
  const account = accountOf(state, owner)
  const { active, debonding } = account.escrow
  const total = add(active.balance, debonding.balance)
  const activeAmount = slashedOf(active, amount, total)
  const debondingAmount = slashedOf(debonding, amount, total)
  const slashed = add(activeAmount, debondingAmount)
  if (slashed === 0n) return slashed
  setCommonPool(state, add(commonPoolOf(state), slashed))
  const pools = {
    active: withoutBalance(active, activeAmount),
    debonding: withoutBalance(debonding, debondingAmount),
  }
  setAccount(state, owner, withEscrow(account, pools))
  emit(ctx, EVENTS, 'take_escrow', { owner, amount: slashed, debondingAmount })
  return slashed
}

/** Rewards escrow accounts for their stake, as far as the common pool goes. */
export function addRewards(
  ctx: Context,
  epoch: Epoch,
  factor: Quantity,
  addresses: readonly Address[],
): void {
  const scale = rewardScaleAt(parametersOf(ctx.state).rewardSchedule, epoch)
  if (scale === undefined) return
  for (const address of addresses) addReward(ctx, epoch, { factor, scale }, address)
}

/** Rewards one escrow account, unless the reward is nothing or the common pool has too little. */
export function addReward(ctx: Context, epoch: Epoch, terms: RewardTerms, address: Address): void {
  const { state } = ctx
  const commonPool = commonPoolOf(state)
  const account = accountOf(state, address)
  const { active, commissionSchedule } = account.escrow
  const reward = rewardFor(active.balance, terms)
  if (reward === 0n || reward > commonPool) return
  const { commissionScheduleRules } = parametersOf(state)
  const { rest, commission } = divideReward(
    commissionSchedule,
    commissionScheduleRules,
    epoch,
    reward,
  )
  const division = { rest: rest === 0n ? undefined : rest, commission }
  setAccount(state, address, paid(ctx, address, account, division))
  setCommonPool(state, subtract(commonPool, reward))
}

/** Has a module asked whenever somebody withdraws from an account. */
export function setAccountHook(
  state: State,
  address: Address,
  kind: keyof typeof HOOK_KINDS,
  destination: HookDestination,
): void {
  const account = accountOf(state, address)
  const hooks = withEntry(account.general.hooks, HOOK_KINDS[kind], destination)
  setAccount(state, address, { ...account, general: { ...account.general, hooks } })
}
