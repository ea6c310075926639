/** Transactions in files, as the `gen_…` commands write them. */

import { decode } from '@wadi/cbor/codec'
import { parseJson } from '@wadi/cbor/json'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { requiredText } from '../transaction/flagValues.ts'
import { readNamedText, readNamedValue } from '../transaction/textFile.ts'

interface Named {
  readonly 'transaction.file': string
}

function pathOf(flags: Named): string {
  return requiredText('transaction.file', flags['transaction.file'], 'the file of the transaction')
}

/** A signed one, in JSON. */
export function readSignedTransaction(flags: Named): SignedTransaction {
  const what = 'a signed transaction in JSON'
  return readNamedText(pathOf(flags), what, (text) => parseJson(SignedTransaction, text))
}

/** One that nobody has signed, in CBOR. */
export function readUnsignedTransaction(flags: Named): Transaction {
  const what = 'an unsigned transaction in CBOR'
  return readNamedValue(pathOf(flags), what, (bytes) => decode(Transaction, bytes))
}
