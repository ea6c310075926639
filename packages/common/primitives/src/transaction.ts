import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { raw, text, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { contextOf, type SignatureContext } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { type Opened, openSigned, signValue } from './envelope.ts'
import { type Hash, hashOf } from './hash.ts'
import { divide, Quantity, quantity, ZERO } from './quantity.ts'
import { Signed } from './signed.ts'
import type { Verified } from './verified.ts'

/** What is refused before anybody looks for the method. */
export const errors = definePlainErrors('transaction', {
  emptyMethod: 'empty method',
})

/** Work, in the unit that fees are for. */
export type Gas = bigint
export const Gas = u64

/** What the signer pays, and for how much gas at most. */
export const Fee = struct({ amount: Quantity, gas: Gas })
export type Fee = Infer<typeof Fee>

/** A call of one of the consensus layer's methods. The body's type follows from the method. */
export const Transaction = struct({
  nonce: u64,
  fee: optional(Fee),
  method: text,
  body: omitEmpty(raw),
})
export type Transaction = Infer<typeof Transaction>

/** A transaction in its envelope: what a block contains. */
export const SignedTransaction = Signed
export type SignedTransaction = Infer<typeof SignedTransaction>

/** What a unit of gas is paid, rounded down; nothing when there is no gas to pay for. */
export function gasPrice({ amount, gas }: Fee): Quantity {
  return gas === 0n ? ZERO : divide(amount, quantity(gas))
}

/** What must hold of a transaction before anything else is looked at. */
export function checkTransaction({ method }: Transaction): void {
  if (method === '') throw errors.emptyMethod()
}

/** The context of transactions on a chain. */
export function transactionContext(chainContext: string): SignatureContext {
  return contextOf(contexts.transaction, { chainContext })
}

/** Signs a transaction for a chain. */
export function signTransaction(
  signer: Signer,
  context: SignatureContext,
  transaction: Transaction,
): SignedTransaction {
  return signValue(signer, context, Transaction, transaction)
}

/** Verifies a transaction's signature and opens it. */
export function openTransaction(
  rules: SignatureRules,
  context: SignatureContext,
  signed: SignedTransaction,
): Verified<Opened<Transaction>> {
  return openSigned(rules, context, Transaction, signed)
}

/** The hash that users see: of the envelope as we would encode it. */
export function hashOfTransaction(signed: SignedTransaction): Hash {
  return hashOf(SignedTransaction, signed)
}

/** The hash by which CometBFT knows a transaction: SHA-256 of the bytes as they came. */
export function cometHashOfTransaction(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}
