/** Fees: charged before a call, in part given back after it, and shared a block later. */

import { compareBytes, equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { aborts } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import type { Slot } from '../../frame/level.ts'
import type { CallOutcome } from '../../module.ts'
import { type BaseUnits, type Denomination, NATIVE } from '../../types/token.ts'
import { type CallAuthInfo, gasPriceOf } from '../../types/transaction.ts'
import { errors as coreErrors } from '../core/errors.ts'
import { remainingTransactionGas } from '../core/gas.ts'
import { addAmount, subtractAmount } from './balances.ts'
import { balances, COMMON_POOL, FEE_ACCUMULATOR } from './state.ts'
import { Transferred } from './types.ts'

interface TransactionFee {
  readonly payer: Address
  readonly denomination: Denomination
  readonly charged: bigint
  readonly refunded: bigint
}

/** What the transaction of a batch that is under way pays, and what those before it have paid. */
interface Fees {
  transaction: TransactionFee | undefined
  readonly block: Map<string, BaseUnits>
}

const fees: Slot<Fees> = {
  name: 'accounts.fees',
  initial: () => ({ transaction: undefined, block: new Map() }),
}
const refundsUnused: Slot<boolean> = { name: 'accounts.refundsUnused', initial: () => false }

/**
 * Notes who pays how much.
 * COMPAT(oasis-sdk): where another module refuses a transaction that has paid already, what it paid
 * is counted with the next one; and if that is somebody else's, the reference's process ends.
 */
export function recordFee(frame: Frame, payer: Address, { amount, denomination }: BaseUnits): void {
  const all = frame.blockValue(fees)
  const before = all.transaction ?? { payer, denomination, charged: 0n, refunded: 0n }
  const isSame = equalBytes(before.payer, payer) && equalBytes(before.denomination, denomination)
  if (!isSame) throw aborts.aborted()
  all.transaction = { ...before, charged: before.charged + amount }
}

/** Takes the fee, before anything else of the transaction happens. */
export function chargeFee(frame: Frame, payer: Address, amount: BaseUnits): void {
  if (frame.environment.mode === 'simulate') return
  try {
    subtractAmount(frame, payer, amount)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw coreErrors.insufficientFeeBalance()
  }
  recordFee(frame, payer, amount)
}

/** A method that was called may have what is left of the gas paid back. */
export function refundUnusedGas(frame: Frame): void {
  if (frame.environment.mode !== 'simulate') frame.setBlockValue(refundsUnused, true)
}

/** After the call: what is given back, and what is told of the rest. */
export function settleFee(frame: Frame): void {
  const isSimulated = frame.environment.mode === 'simulate'
  const refunds = !isSimulated && frame.takeBlockValue(refundsUnused)
  const all = frame.blockValue(fees)
  const paid = all.transaction
  if (paid === undefined) return
  const unused = refunds
    ? gasPriceOf(frame.transaction.authInfo.fee) * remainingTransactionGas(frame)
    : 0n
  const refunded = unused < paid.charged ? unused : paid.charged
  all.transaction = { ...paid, refunded }
  const amount = paid.charged - refunded
  if (amount === 0n) return
  const { payer: from, denomination } = paid
  const to = FEE_ACCUMULATOR
  frame.emitUnconditionally(Transferred, { from, to, amount: { amount, denomination } })
}

/** After the transaction, on the level of the batch: whether it failed or not, it has paid. */
export function collectFee(frame: Frame, { fee }: CallAuthInfo, { kind }: CallOutcome): void {
  const all = frame.blockValue(fees)
  const none = { payer: Address.zero, denomination: NATIVE, charged: 0n, refunded: 0n }
  const { payer, denomination, charged, refunded } = all.transaction ?? none
  all.transaction = undefined
  const key = toHex(denomination)
  const before = all.block.get(key)?.amount ?? 0n
  if (charged > refunded) {
    all.block.set(key, { amount: before + charged - refunded, denomination })
  }
  addAmount(frame, payer, { amount: refunded, denomination })
  // In checks nobody has paid so far; the next transaction of the payer is to see that it is gone.
  if (frame.isCheckOnly && kind === 'ok') subtractAmount(frame, payer, fee.amount)
}

/** Shares the fees of the last block, and puts those of this one where they will be shared. */
export function shareFees(frame: Frame): void {
  const { store, roundResults } = frame
  const good = roundResults.goodComputeEntities.map((key) => stakingAddress(key))
  const previous = balances.entries(store, FEE_ACCUMULATOR)
  for (const [name, amount] of previous) {
    subtractAmount(frame, FEE_ACCUMULATOR, { amount, denomination: name as Denomination })
  }
  const shares = previous.map(([name, amount]) => ({
    denomination: name as Denomination,
    share: good.length === 0 ? 0n : amount / BigInt(good.length),
    rest: amount,
  }))
  const rests = new Map(shares.map(({ denomination, rest }) => [denomination, rest]))
  for (const to of good) {
    for (const { denomination, share } of shares) {
      if (share === 0n) continue
      rests.set(denomination, rests.get(denomination)! - share)
      pay(frame, to, { amount: share, denomination })
    }
  }
  for (const [denomination, amount] of rests) {
    if (amount > 0n) pay(frame, COMMON_POOL, { amount, denomination })
  }
  const { block } = frame.takeBlockValue(fees)
  const ofBlock = [...block.values()].sort((a, b) => compareBytes(a.denomination, b.denomination))
  for (const amount of ofBlock) addAmount(frame, FEE_ACCUMULATOR, amount)
}

function pay(frame: Frame, to: Address, amount: BaseUnits): void {
  addAmount(frame, to, amount)
  frame.emit(Transferred, { from: FEE_ACCUMULATOR, to, amount })
}
