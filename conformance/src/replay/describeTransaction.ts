/** Transactions in words. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { bodyOfMethod } from '@wadi/consensus/methods'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { hashOfBytes } from '@wadi/primitives/hash'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { leavesOf } from './words.ts'

/** A transaction's method and hash. */
export interface TransactionName {
  /** The method; of bytes that are no transaction what is wrong with them. */
  readonly name: string
  readonly hash: string
}

/** What a transaction is called. */
export function nameOfTransaction(raw: Uint8Array): TransactionName {
  return { name: methodOf(raw) ?? 'undecodable', hash: toHex(hashOfBytes(raw)) }
}

/** The method that a transaction calls; undefined if it cannot be decoded. */
export function methodOf(raw: Uint8Array): string | undefined {
  try {
    return decode(Transaction, decode(SignedTransaction, raw).untrustedRawValue).method
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** The service whose method a transaction calls. */
export function serviceOfTransaction(raw: Uint8Array): string {
  const [service = ''] = (methodOf(raw) ?? '').split(/[./]/)
  // The proposer's own transaction is no service's.
  return service === '' || service === 'consensus' ? 'application' : service
}

/** The first line about a transaction. */
export function titleOfTransaction(index: number, raw: Uint8Array): string {
  return `transaction ${index}: ${nameOfTransaction(raw).name}`
}

/** What a transaction says, in lines. */
export function describeTransaction(raw: Uint8Array): readonly string[] {
  const hash = `hash    ${nameOfTransaction(raw).hash}`
  try {
    const signed = decode(SignedTransaction, raw)
    const { publicKey } = signed.signature
    const { method, nonce, fee, body } = decode(Transaction, signed.untrustedRawValue)
    const schema = bodyOfMethod(method)
    const parts = schema === undefined || body.length === 0 ? undefined : decode(schema, body)
    const leaves = parts === undefined ? [] : leavesOf(parts)
    const price = fee === undefined ? 'no fee' : `fee ${fee.amount} for ${fee.gas} gas`
    return [
      hash,
      `signer  ${printAddress(stakingAddress(publicKey))}, key ${toHex(publicKey)}`,
      `nonce   ${nonce}, ${price}`,
      ...leaves.map((leaf, i) => `${i === 0 ? 'body' : '    '}    ${leaf.join(' ')}`),
    ]
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return [hash, `undecodable: ${error.message}`]
  }
}
