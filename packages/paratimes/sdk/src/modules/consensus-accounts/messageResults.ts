/** How messages went: what waited is paid out, or goes back. */

import { decodeRust } from '@wadi/cbor/codec'
import type { MessageEvent } from '@wadi/consensus/roothash/messages'
import { AddEscrowResult, ReclaimEscrowResult } from '@wadi/consensus/staking/methods'
import type { Frame } from '../../frame/frame.ts'
import { messageResult } from '../../method.ts'
import { U64_MAX } from '../../types/token.ts'
import { burn, mint, transfer } from '../accounts/balances.ts'
import {
  addDelegation,
  addUndelegation,
  PENDING_DELEGATION,
  PENDING_WITHDRAWAL,
  setReceipt,
} from './state.ts'
import { HOOKS } from './transactions.ts'
import * as types from './types.ts'

function errorOf({ module, code }: MessageEvent): types.ConsensusError | undefined {
  return code === 0 ? undefined : { module, code }
}

function tookTransfer(frame: Frame, event: MessageEvent, context: types.TransferContext): void {
  const { address, nonce, to, amount } = context
  const error = errorOf(event)
  if (error === undefined) burn(frame, PENDING_WITHDRAWAL, amount)
  else transfer(frame, { from: PENDING_WITHDRAWAL, to: address }, amount)
  frame.emit(types.Withdrawn, { from: address, nonce, to, amount, error })
}

function tookWithdraw(frame: Frame, event: MessageEvent, context: types.WithdrawContext): void {
  const { from, nonce, address, amount } = context
  const error = errorOf(event)
  if (error === undefined) mint(frame, address, amount)
  frame.emit(types.Deposited, { from, nonce, to: address, amount, error })
}

function tookDelegate(frame: Frame, event: MessageEvent, context: types.DelegateContext): void {
  const { from, nonce, to, amount, receipt } = context
  const error = errorOf(event)
  const id = { owner: from, kind: 'delegate', id: nonce } as const
  if (error !== undefined) {
    transfer(frame, { from: PENDING_DELEGATION, to: from }, amount)
    if (receipt) setReceipt(frame, id, { ...types.Receipt.zero, error })
    frame.emit(types.Delegated, { from, nonce, to, amount, error, shares: undefined })
    return
  }
  burn(frame, PENDING_DELEGATION, amount)
  const { newShares: shares } = decodeRust(AddEscrowResult, event.result)
  addDelegation(frame, { delegator: from, escrow: to }, shares)
  if (receipt) setReceipt(frame, id, { ...types.Receipt.zero, shares })
  frame.emit(types.Delegated, { from, nonce, to, amount, error, shares })
}

function tookUndelegate(frame: Frame, event: MessageEvent, context: types.UndelegateContext): void {
  const { from, nonce, to, shares, receipt } = context
  const error = errorOf(event)
  const pair = { delegator: to, escrow: from }
  const id = { owner: to, kind: 'undelegateStart', id: nonce } as const
  const told = { from, nonce, to, shares, error }
  if (error !== undefined) {
    addDelegation(frame, pair, shares)
    if (receipt) setReceipt(frame, id, { ...types.Receipt.zero, error })
    frame.emit(types.UndelegateStarted, { ...told, debondEndTime: U64_MAX })
    return
  }
  const { debondEndTime, debondingShares } = decodeRust(ReclaimEscrowResult, event.result)
  const info = { shares: debondingShares, receipt: receipt ? nonce : 0n }
  const doneReceipt = addUndelegation(frame, { ...pair, epoch: debondEndTime }, info)
  if (receipt) {
    const started = { ...types.Receipt.zero, epoch: debondEndTime, receipt: doneReceipt }
    setReceipt(frame, id, started)
  }
  frame.emit(types.UndelegateStarted, { ...told, debondEndTime })
}

/** Who is told what, in the order in which the module lists it. */
export const messageResults = [
  messageResult({ name: HOOKS.transfer, context: types.TransferContext, run: tookTransfer }),
  messageResult({ name: HOOKS.withdraw, context: types.WithdrawContext, run: tookWithdraw }),
  messageResult({ name: HOOKS.delegate, context: types.DelegateContext, run: tookDelegate }),
  messageResult({ name: HOOKS.undelegate, context: types.UndelegateContext, run: tookUndelegate }),
] as const
