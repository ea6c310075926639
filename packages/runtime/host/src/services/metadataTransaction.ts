/** The transaction with which a proposer says what the state is after its own block. */

import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { TransactionsWithProofs } from '@wadi/consensus/consensus/api'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { ProvedTransactionResponse } from '@wadi/runtime-protocol/host-protocol/services'
import { refusal } from '../errors.ts'

const METHOD = 'consensus.Meta'

/** The last one of a block: validators have verified what it says. */
export function findMetadata(
  height: bigint,
  { transactions, proofs }: TransactionsWithProofs,
): ProvedTransactionResponse {
  for (let i = transactions.length - 1; i >= 0; i--) {
    const signedTx = metadataOf(transactions[i]!)
    if (signedTx !== undefined) return { signedTx, proof: { height, rawProof: proofs[i] } }
  }
  throw refusal('block metadata transaction not found')
}

function metadataOf(bytes: Uint8Array): SignedTransaction | undefined {
  try {
    const signed = decode(SignedTransaction, bytes)
    const isMetadata = decode(Transaction, signed.untrustedRawValue).method === METHOD
    return isMetadata ? signed : undefined
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}
