/** What compute nodes commit to, in a transaction that waits for a block: nothing is sure yet. */

import { decode } from '@wadi/cbor/codec'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'

const METHOD = 'roothash.ExecutorCommit'

/** Undefined if it says something else. The transaction has been checked, so it can be read. */
export function offeredCommitments(transaction: Uint8Array): ExecutorCommit | undefined {
  const { untrustedRawValue } = decode(SignedTransaction, transaction)
  const { method, body } = decode(Transaction, untrustedRawValue)
  return method === METHOD ? decode(ExecutorCommit, body) : undefined
}
