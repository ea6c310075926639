/** A transaction with everything that the network asks of it but a signature. */

import { make } from '@wadi/cbor/codec'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { multiply, type Quantity, quantity } from '@wadi/primitives/quantity'
import { type Gas, Transaction } from '@wadi/primitives/transaction'
import type { NodeClient } from '../nodeClient.ts'
import { errors } from './errors.ts'
import type { MethodCall } from './methodCall.ts'

/** What the caller decides; the rest is asked for. */
export interface TransactionChoices {
  /** That of the account unless told otherwise: who sends several at once has to count. */
  readonly nonce?: bigint
  /** What the transaction may use; what a node estimates unless told otherwise. */
  readonly gas?: Gas
  /** What a unit of gas is paid; the least that the network takes unless told otherwise. */
  readonly gasPrice?: Quantity
  /** More is not paid, whatever a node says. */
  readonly feeMax?: Quantity
}

/** The parts of a client that are asked. */
export type TransactionDesk = Pick<NodeClient, 'staking' | 'consensus'>

/** Asks for nonce, gas and price, and puts a transaction together. */
export async function prepareTransaction(
  client: TransactionDesk,
  publicKey: Uint8Array,
  call: MethodCall,
  choices: TransactionChoices = {},
): Promise<Transaction> {
  const signer = PublicKey.check(publicKey)
  const nonce = choices.nonce ?? (await nonceOf(client, signer))
  const bare = make(Transaction, { nonce, ...call })
  const gas = choices.gas ?? (await client.consensus.estimateGas({ signer, transaction: bare }))
  const gasPrice = choices.gasPrice ?? (await client.consensus.minGasPrice())
  const amount = multiply(quantity(gas), gasPrice)
  const { feeMax } = choices
  if (feeMax !== undefined && amount > feeMax) throw errors.feeTooHigh(`${amount}, not ${feeMax}`)
  return { ...bare, fee: { amount, gas } }
}

async function nonceOf({ staking }: TransactionDesk, signer: PublicKey): Promise<bigint> {
  const { general } = await staking.account({ height: 0n, owner: stakingAddress(signer) })
  return general.nonce
}
