/** Nobody's transaction is executed twice, nor before those that come first. */

import { assert } from '@wadi/base/errors'
import type { Address } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { U64_MAX } from '../../types/token.ts'
import { type AuthInfo, addressOf } from '../../types/transaction.ts'
import { errors } from '../core/errors.ts'
import { type SenderMeta, setSender } from '../core/sender.ts'
import { accounts, parameters } from './state.ts'

/** How many transactions an account has had. */
export function nonceOf({ store }: Frame, address: Address): bigint {
  return accounts.get(store, address)?.nonce ?? 0n
}

/** Checks the nonces of all signers; the first one is the sender. */
export function checkNonces(frame: Frame, { signerInfo }: AuthInfo): Address {
  const { debugDisableNonceCheck } = parameters.get(frame)
  let sender: SenderMeta | undefined
  for (const signer of signerInfo) {
    const address = addressOf(signer)
    const stateNonce = nonceOf(frame, address)
    sender ??= { address, nonce: signer.nonce, stateNonce }
    if (!debugDisableNonceCheck) checkNonce(frame, signer.nonce, stateNonce)
  }
  assert(sender !== undefined, 'accounts: a transaction has a signer')
  if (frame.environment.mode === 'check') setSender(frame, sender)
  return sender.address
}

function checkNonce(frame: Frame, nonce: bigint, stateNonce: bigint): void {
  if (nonce < stateNonce) throw errors.invalidNonce()
  if (nonce === stateNonce) return
  const { mode } = frame.environment
  if (mode === 'pre-schedule') throw errors.futureNonce()
  const isSoon = nonce - stateNonce <= (frame.paratime.checkNonceFutureMax ?? 0n)
  if (mode !== 'check' || !isSoon) throw errors.invalidNonce()
}

/** Counts the transaction for all of its signers. */
export function countTransaction(frame: Frame, { signerInfo }: AuthInfo): void {
  for (const signer of signerInfo) {
    const address = addressOf(signer)
    const nonce = nonceOf(frame, address)
    if (nonce === U64_MAX) throw errors.invalidNonce()
    accounts.set(frame.store, { nonce: nonce + 1n }, address)
  }
}
