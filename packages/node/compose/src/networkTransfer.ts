/** Transfers of tokens, for whoever gives a network something to do. */

import { encode, make } from '@wadi/cbor/codec'
import { Transfer } from '@wadi/consensus/staking/methods'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { NetworkAccount } from './networkKeys.ts'

/** Who gives how much to whom. */
export interface TransferOrder {
  readonly chainContext: string
  readonly from: NetworkAccount
  readonly to: Address
  readonly amount: bigint
  readonly nonce: bigint
  /** What it pays; nothing unless told otherwise. */
  readonly fee?: { readonly amount: bigint; readonly gas: bigint }
}

/** The signed transaction, encoded. */
export function signedTransfer(order: TransferOrder): Uint8Array {
  const { chainContext, from, to, amount, nonce, fee = { amount: 0n, gas: 1_000n } } = order
  const transaction = make(Transaction, {
    nonce,
    fee: { amount: quantity(fee.amount), gas: fee.gas },
    method: 'staking.Transfer',
    body: encode(Transfer, { to, amount: quantity(amount) }),
  })
  const context = transactionContext(chainContext)
  return encode(SignedTransaction, signTransaction(from.signer, context, transaction))
}
