/** A transaction as it is in a block: opened, with what became of it, for people and programs. */

import { toBase64, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { toJson } from '@wadi/cbor/json'
import type { Schema } from '@wadi/cbor/schema'
import { bodyOfMethod } from '@wadi/consensus/methods'
import type { Json } from '@wadi/node-config/json-output'
import { type Address, printAddress, stakingAddress } from '@wadi/primitives/address'
import { hashOfBytes } from '@wadi/primitives/hash'
import { quantity } from '@wadi/primitives/quantity'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { type Speaker, sayTransaction } from './sayTransaction.ts'
import { tokensJson, tokensText } from './tokens.ts'

/** A transaction that could be read. */
export interface OpenedTransaction {
  readonly from: Address
  readonly transaction: Transaction
}

/** What became of one. Of a failure the code is all that can be proved. */
export interface TransactionOutcome {
  readonly error: { readonly code: number; readonly module?: string; readonly message?: string }
  readonly gasUsed: bigint
}

/** See the top of this file. */
export interface BlockTransaction {
  readonly hash: string
  /** Nothing if the bytes are no transaction. */
  readonly opened: OpenedTransaction | undefined
  readonly result: TransactionOutcome | undefined
}

function open(bytes: Uint8Array): OpenedTransaction | undefined {
  try {
    const { untrustedRawValue, signature } = decode(SignedTransaction, bytes)
    const transaction = decode(Transaction, untrustedRawValue)
    return { from: stakingAddress(signature.publicKey), transaction }
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Opens the bytes of a transaction. */
export function blockTransaction(bytes: Uint8Array, result?: TransactionOutcome): BlockTransaction {
  return { hash: toHex(hashOfBytes(bytes)), opened: open(bytes), result }
}

/** What became of it, in words. */
export function outcomeText({ result }: BlockTransaction): string {
  if (result === undefined) return 'waits for a block'
  const { module, code, message } = result.error
  if (code === 0) return 'done'
  if (module === undefined) return `failed with code ${code}, whose module nobody proves`
  return `failed: ${message || `${module}/${code}`}`
}

/** Who does what, in one sentence. */
export function sentenceOf({ opened }: BlockTransaction, speaker: Speaker): string {
  if (opened === undefined) return 'something that is no transaction'
  return `${speaker.print(opened.from)} ${sayTransaction(opened.transaction, speaker)}`
}

/** The fee, in words. */
export function feeText({ opened, result }: BlockTransaction, { token }: Speaker): string {
  const { amount = quantity(0n), gas = 0n } = opened?.transaction.fee ?? {}
  const used = result === undefined ? '' : `, ${result.gasUsed} used`
  return `${tokensText(amount, token)} (${gas} gas${used})`
}

function bodyJson({ method, body }: Transaction): Json {
  const schema = bodyOfMethod(method) as Schema<unknown> | undefined
  if (schema === undefined) return body.length === 0 ? undefined : { raw: toBase64(body) }
  try {
    return JSON.parse(toJson(schema, decode(schema, body.length === 0 ? undefined : body))) as Json
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { raw: toBase64(body) }
  }
}

/** A transaction for programs. */
export function blockTransactionJson(found: BlockTransaction, speaker: Speaker): Json {
  const { hash, opened, result } = found
  const { from, transaction } = opened ?? {}
  return {
    hash,
    from: from && printAddress(from),
    method: transaction?.method,
    body: transaction && bodyJson(transaction),
    nonce: transaction?.nonce,
    fee: transaction && tokensJson(transaction.fee?.amount ?? 0n, speaker.token),
    gas: transaction && (transaction.fee?.gas ?? 0n),
    result: result && {
      is_done: result.error.code === 0,
      error: result.error.code === 0 ? undefined : result.error,
      gas_used: result.gasUsed,
    },
    sentence: sentenceOf(found, speaker),
  }
}
