/** From a call to a block: prepare, sign, submit, wait. */

import { encode } from '@wadi/cbor/codec'
import type { CallOptions } from '@wadi/grpc/channel-options'
import type { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import {
  hashOfTransaction,
  type SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { AccountSigner } from './accountSigner.ts'
import type { MethodCall } from './methodCall.ts'
import {
  prepareTransaction,
  type TransactionChoices,
  type TransactionDesk,
} from './prepareTransaction.ts'

/**
 * Signs for one network. The context is the caller's to know: a node that could choose it could
 * have anything signed for another network.
 */
export async function signWith(
  signer: AccountSigner,
  chainContext: string,
  transaction: Transaction,
): Promise<SignedTransaction> {
  const untrustedRawValue = encode(Transaction, transaction)
  const signature = await signer.sign(transactionContext(chainContext), untrustedRawValue)
  const publicKey = PublicKey.check(signer.publicKey)
  return {
    untrustedRawValue,
    signature: { publicKey, signature: RawSignature.check(signature) },
  }
}

/** Where a transaction is. */
export interface SentTransaction {
  /** By which people find it. */
  readonly hash: Hash
  readonly height: bigint
  /** That it is in the block of that height; encoded. */
  readonly rawProof: Uint8Array | undefined
}

/** Done when a block has the transaction and it succeeded; why it did not is thrown. */
export async function submitTransaction(
  { consensus }: Pick<TransactionDesk, 'consensus'>,
  signed: SignedTransaction,
  options: CallOptions = {},
): Promise<SentTransaction> {
  const { height, rawProof } = await consensus.submitTxWithProof(signed, options)
  return { hash: hashOfTransaction(signed), height, rawProof }
}

/** Who sends, and where. */
export interface Sender {
  readonly client: TransactionDesk
  readonly chainContext: string
  readonly signer: AccountSigner
}

/** All of it. */
export async function sendTransaction(
  { client, chainContext, signer }: Sender,
  call: MethodCall,
  choices: TransactionChoices & CallOptions = {},
): Promise<SentTransaction> {
  const transaction = await prepareTransaction(client, signer.publicKey, call, choices)
  const signed = await signWith(signer, chainContext, transaction)
  return await submitTransaction(client, signed, choices)
}
