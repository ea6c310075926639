/** Every key of the bridge of accounts. */

import { concatBytes } from '@wadi/base/bytes'
import { ADDRESS_SIZE, Address } from '@wadi/primitives/address'
import { unit } from '../../codec.ts'
import type { Frame } from '../../frame/frame.ts'
import { parametersOf } from '../../module.ts'
import { table, u64At, u64Bytes } from '../../state/table.ts'
import { moduleAddress } from '../../types/addresses.ts'
import { U128_MAX } from '../../types/token.ts'
import { errors } from './errors.ts'
import { DelegationInfo, Parameters, RECEIPT_KINDS, Receipt, type ReceiptKind } from './types.ts'

export const MODULE = 'consensus_accounts'

export const parameters = parametersOf(MODULE, Parameters)
/** Delegator, then escrow account. */
export const delegations = table(MODULE, 0x01, DelegationInfo)
/** Delegator, escrow account, epoch of its end. */
export const undelegations = table(MODULE, 0x02, DelegationInfo)
/** Epoch of its end, delegator, escrow account. */
const queue = table(MODULE, 0x03, unit)
/** Owner, kind, identifier. */
const receipts = table(MODULE, 0x04, Receipt)

/** Where amounts wait until the consensus layer has paid them out. */
export const PENDING_WITHDRAWAL = moduleAddress(MODULE, 'pending-withdrawal')
/** Where amounts wait until the consensus layer has delegated them. */
export const PENDING_DELEGATION = moduleAddress(MODULE, 'pending-delegation')

/** Who has delegated to which account. */
export interface Pair {
  readonly delegator: Address
  readonly escrow: Address
}

/** A delegation that comes back. */
export interface Undelegation extends Pair {
  readonly epoch: bigint
}

/** How many shares there are. */
export function delegationOf({ store }: Frame, { delegator, escrow }: Pair): DelegationInfo {
  return delegations.get(store, delegator, escrow) ?? DelegationInfo.zero
}

export function addDelegation(frame: Frame, pair: Pair, shares: bigint): void {
  const before = delegationOf(frame, pair)
  const sum = before.shares + shares
  if (sum > U128_MAX) throw errors.invalidArgument()
  delegations.set(frame.store, { ...before, shares: sum }, pair.delegator, pair.escrow)
}

export function subtractDelegation(frame: Frame, pair: Pair, shares: bigint): void {
  const before = delegationOf(frame, pair)
  const left = before.shares - shares
  if (left < 0n) throw errors.insufficientBalance()
  const { delegator, escrow } = pair
  if (left > 0n) delegations.set(frame.store, { ...before, shares: left }, delegator, escrow)
  else delegations.remove(frame.store, delegator, escrow)
}

/** Adds to what comes back at the end of an epoch; gives the receipt that it will have. */
export function addUndelegation(
  { store }: Frame,
  { delegator, escrow, epoch }: Undelegation,
  { shares, receipt }: DelegationInfo,
): bigint {
  const parts = [delegator, escrow, u64Bytes(epoch)] as const
  const before = undelegations.get(store, ...parts) ?? DelegationInfo.zero
  const sum = before.shares + shares
  if (sum > U128_MAX) throw errors.invalidArgument()
  // COMPAT(oasis-sdk): what is merged keeps the receipt of the first.
  const kept = before.receipt === 0n ? receipt : before.receipt
  undelegations.set(store, { shares: sum, receipt: kept }, ...parts)
  queue.set(store, undefined, u64Bytes(epoch), delegator, escrow)
  return kept
}

/** All that comes back up to an epoch, the earliest first. */
export function dueUndelegations({ store }: Frame, epoch: bigint): readonly Undelegation[] {
  const due: Undelegation[] = []
  for (const [key] of queue.entries(store)) {
    const end = u64At(key)
    if (end > epoch) break
    const delegator = Address.check(key.slice(8, 8 + ADDRESS_SIZE))
    const escrow = Address.check(key.slice(8 + ADDRESS_SIZE))
    due.push({ epoch: end, delegator, escrow })
  }
  return due
}

/** Takes what has come back. */
export function takeUndelegation(
  { store }: Frame,
  { delegator, escrow, epoch }: Undelegation,
): DelegationInfo {
  const parts = [delegator, escrow, u64Bytes(epoch)] as const
  const info = undelegations.get(store, ...parts) ?? DelegationInfo.zero
  undelegations.remove(store, ...parts)
  queue.remove(store, u64Bytes(epoch), delegator, escrow)
  return info
}

/** Whose receipt, and of what. */
export interface ReceiptId {
  readonly owner: Address
  readonly kind: ReceiptKind
  readonly id: bigint
}

function receiptParts({ owner, kind, id }: ReceiptId): readonly Uint8Array[] {
  return [concatBytes(owner, Uint8Array.of(RECEIPT_KINDS[kind]), u64Bytes(id))]
}

export function setReceipt({ store }: Frame, id: ReceiptId, receipt: Receipt): void {
  receipts.set(store, receipt, ...receiptParts(id))
}

export function takeReceipt({ store }: Frame, id: ReceiptId): Receipt | undefined {
  const receipt = receipts.get(store, ...receiptParts(id))
  receipts.remove(store, ...receiptParts(id))
  return receipt
}
