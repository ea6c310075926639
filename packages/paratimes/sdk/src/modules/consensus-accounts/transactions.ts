/** What transactions do with accounts of the consensus layer. Nothing is done before its answer. */

import { CodedError } from '@wadi/base/errors'
import type { Schema } from '@wadi/cbor/codec'
import type { Address } from '@wadi/primitives/address'
import { encodeValue } from '../../codec.ts'
import { via } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import type { MessageHook } from '../../frame/level.ts'
import type { BaseUnits } from '../../types/token.ts'
import { addressOf } from '../../types/transaction.ts'
import { transfer } from '../accounts/balances.ts'
import {
  checkSigner,
  sendAddEscrow,
  sendReclaimEscrow,
  sendTransfer,
  sendWithdraw,
} from '../consensus/messages.ts'
import { useGas } from '../core/gas.ts'
import { errors } from './errors.ts'
import { PENDING_DELEGATION, PENDING_WITHDRAWAL, parameters, subtractDelegation } from './state.ts'
import * as types from './types.ts'

/** Who is told how messages went: these names are in the state. */
export const HOOKS = {
  transfer: 'consensus.TransferFromRuntime',
  withdraw: 'consensus.WithdrawIntoRuntime',
  delegate: 'consensus.Delegate',
  undelegate: 'consensus.Undelegate',
} as const

function hookOf<T>(hookName: string, context: Schema<T>, content: T): MessageHook {
  return { hookName, payload: encodeValue(context, content) }
}

function use(frame: Frame, gas: bigint): void {
  via('core', () => useGas(frame, gas))
}

/** consensus.Deposit: what the caller allows the ParaTime comes here, to whom it says. */
export function deposit(frame: Frame, { to, amount }: types.Move): undefined {
  const { gasCosts, disableDeposit } = parameters.get(frame)
  use(frame, gasCosts.txDeposit)
  if (disableDeposit) throw errors.forbidden()
  via('consensus', () => checkSigner(frame))
  const { nonce } = frame.caller
  const from = frame.callerAddress
  const context = { from, nonce, address: to ?? from, amount }
  const hook = hookOf(HOOKS.withdraw, types.WithdrawContext, context)
  via('consensus', () => sendWithdraw(frame, { account: from, amount, hook }))
}

/** consensus.Withdraw: what the caller has goes to an account of the consensus layer. */
export function withdraw(frame: Frame, { to, amount }: types.Move): undefined {
  const { gasCosts, disableWithdraw } = parameters.get(frame)
  use(frame, gasCosts.txWithdraw)
  if (disableWithdraw) throw errors.forbidden()
  if (to === undefined) via('consensus', () => checkSigner(frame))
  const { nonce } = frame.caller
  const address = frame.callerAddress
  const account = to ?? address
  const context = { address, nonce, to: account, amount }
  const hook = hookOf(HOOKS.transfer, types.TransferContext, context)
  via('consensus', () => sendTransfer(frame, { account, amount, hook }))
  hold(frame, { from: address, to: PENDING_WITHDRAWAL }, amount)
}

/** Puts aside what waits for an answer. */
function hold(
  frame: Frame,
  route: { readonly from: Address; readonly to: Address },
  amount: BaseUnits,
): void {
  try {
    transfer(frame, route, amount)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.insufficientBalance()
  }
}

/** Receipts are for calls from within: who has no code can wait for events. */
function nonceOrReceipt(frame: Frame, receipt: bigint): bigint {
  if (receipt === 0n) return frame.caller.nonce
  if (!frame.environment.isInternal) throw errors.invalidArgument()
  return receipt
}

/** consensus.Delegate: the ParaTime delegates for the caller. */
export function delegate(frame: Frame, body: types.Delegate): undefined {
  const { to, amount, receipt } = body
  const { gasCosts, disableDelegate } = parameters.get(frame)
  use(frame, gasCosts.txDelegate)
  if (receipt > 0n) use(frame, gasCosts.storeReceipt)
  if (disableDelegate) throw errors.forbidden()
  const nonce = nonceOrReceipt(frame, receipt)
  const from = frame.callerAddress
  const context = { from, nonce, to, amount, receipt: receipt > 0n }
  const hook = hookOf(HOOKS.delegate, types.DelegateContext, context)
  via('consensus', () => sendAddEscrow(frame, { account: to, amount, hook }))
  hold(frame, { from, to: PENDING_DELEGATION }, amount)
}

/** consensus.Undelegate: the caller wants shares back. They are gone at once. */
export function undelegate(frame: Frame, body: types.Undelegate): undefined {
  const { from, shares, receipt } = body
  const { gasCosts, disableUndelegate } = parameters.get(frame)
  use(frame, gasCosts.txUndelegate)
  if (receipt > 0n) use(frame, gasCosts.storeReceipt)
  if (disableUndelegate) throw errors.forbidden()
  const nonce = nonceOrReceipt(frame, receipt)
  const to = addressOf(frame.caller)
  const context = { from, nonce, to, shares, receipt: receipt > 0n }
  const hook = hookOf(HOOKS.undelegate, types.UndelegateContext, context)
  subtractDelegation(frame, { delegator: to, escrow: from }, shares)
  via('consensus', () => sendReclaimEscrow(frame, { account: from, shares, hook }))
}
