/**
 * Making transactions: what every `gen_…` command does with what it was told.
 *
 *     const order = openOrder(call.flags)          // the network, the file, nonce and fee
 *     return saveTransaction(order, { method, body }, world)
 */

import { encode, make } from '@wadi/cbor/codec'
import { toIndentedJson } from '@wadi/cbor/json'
import type { CommandWorld } from '@wadi/node-config/command'
import { quantity } from '@wadi/primitives/quantity'
import {
  type Fee,
  SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { OpenSigner } from '../signing/openSigner.ts'
import { answers } from './commandErrors.ts'
import { confirm } from './confirm.ts'
import { describeTransaction } from './describeTransaction.ts'
import { openEntity, signValueWith } from './entitySigner.ts'
import { requiredText, unsignedOf, unsignedText } from './flagValues.ts'
import { textOf } from './lines.ts'
import { loadNetwork, type NetworkTerms } from './networkTerms.ts'
import { writeNamedFile } from './textFile.ts'
import type { TransactionFlagValues } from './transactionFlags.ts'

const DONE = 0

/** What a transaction is made with. Everything that the flags say of it was looked at. */
export interface TransactionOrder {
  readonly flags: TransactionFlagValues
  readonly network: NetworkTerms
  readonly file: string
  readonly nonce: bigint
  readonly fee: Fee
}

/** What it asks for, and who signs if that is known already. */
export interface TransactionContent {
  readonly method: string
  /** The encoded body; nothing for a method that takes none. */
  readonly body?: Uint8Array
  /** Is closed with the transaction. */
  readonly signer?: OpenSigner
}

/** What the flags say of a transaction, before anybody looks at what it asks for. */
export function openOrder(flags: TransactionFlagValues): TransactionOrder {
  const network = loadNetwork(flags)
  const file = requiredText(
    'transaction.file',
    flags['transaction.file'],
    'the file to write the transaction to',
  )
  const name = 'transaction.fee.amount'
  return {
    flags,
    network,
    file,
    nonce: unsignedOf('transaction.nonce', flags['transaction.nonce']),
    fee: {
      amount: quantity(unsignedOf(name, flags[name])),
      gas: unsignedText('--transaction.fee.gas', flags['transaction.fee.gas']),
    },
  }
}

/**
 * Writes the transaction to the order's file: signed, in JSON, after somebody agreed; or without a
 * signature, in CBOR. Answers the exit code.
 */
export async function saveTransaction(
  order: TransactionOrder,
  { method, body, signer }: TransactionContent,
  { out }: Pick<CommandWorld, 'out'>,
): Promise<number> {
  using given = signer
  const { flags, network, file, nonce, fee } = order
  const transaction = make(Transaction, { nonce, fee, method, ...(body && { body }) })
  if (flags['transaction.unsigned']) {
    writeNamedFile(file, encode(Transaction, transaction))
    return DONE
  }
  using by = given ?? (await openEntity(flags)).signer
  const lines = describeTransaction(transaction, network)
  out.write(`You are about to sign the following transaction:\n${textOf(lines)}`)
  if (!(await isAgreed(flags, out))) throw answers.no('nothing was signed')
  const context = transactionContext(network.chainContext)
  const signed = await signValueWith(by, context, Transaction, transaction)
  writeNamedFile(file, toIndentedJson(SignedTransaction, signed))
  return DONE
}

/** COMPAT(oasis-core): only the backend of files asks; others may ask by themselves. */
async function isAgreed(flags: TransactionFlagValues, out: CommandWorld['out']): Promise<boolean> {
  if (flags.assume_yes || flags['signer.backend'].toLowerCase() !== 'file') return true
  return confirm('\nAre you sure you want to continue? (y)es/(n)o: ', out)
}
