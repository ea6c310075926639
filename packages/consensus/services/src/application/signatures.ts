/** Opening transactions, and verifying the signatures of many at the price of a batch. */

import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import {
  checkSignatures,
  isValidSignature,
  type SignatureRules,
} from '@wadi/crypto/signature/verification'
import { errors as envelopeErrors } from '@wadi/primitives/envelope'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  checkTransaction,
  SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { VALID_TRANSACTIONS_MAX } from '../limits.ts'

/** A transaction whose signature was verified. */
export interface OpenedTransaction {
  readonly transaction: Transaction
  readonly signer: PublicKey
}

/** An envelope, and whether its signature is valid. */
interface Announced {
  readonly envelope: SignedTransaction
  readonly isValid: boolean
}

/**
 * Opens the transactions of a chain.
 *
 * A node meets most transactions several times: when it takes them in, after every block that they
 * wait for, and in the block that has them, by then as other bytes with the same content. Whether
 * their signatures are valid follows from the content alone, so it is remembered by its hash.
 */
export class TransactionOpener {
  readonly #rules: SignatureRules
  readonly #context: SignatureContext
  /** What was announced, by the identity of its bytes. */
  #announced = new Map<Uint8Array, Announced>()
  /** Hashes of checked transactions whose signatures are valid, the oldest first. */
  readonly #valid = new Set<string>()

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
    const known = transactions.flatMap((raw) => {
      const envelope = decodeQuietly(raw)
      return envelope === undefined ? [] : [{ raw, envelope }]
    })
    const [checked, others] = [true, false].map((isKnown) =>
      known.filter(({ raw }) => this.#isRemembered(raw) === isKnown),
    ) as [typeof known, typeof known]
    const signed = others.map(({ envelope }) => this.#signed(envelope))
    const verdicts = checkSignatures(this.#rules, signed)
    this.#announced = new Map([
      ...checked.map(({ raw, envelope }) => [raw, { envelope, isValid: true }] as const),
      ...others.map(({ raw, envelope }, i) => [raw, { envelope, isValid: verdicts[i]! }] as const),
    ])
  }

  /**
   * As {@link open}, for a transaction that is taken in and will come again.
   * PERF: taking in a transfer, checking it once more and running it in a block of others takes 0.7
   * times the processor of verifying it each time.
   */
  openRemembering(raw: Uint8Array): OpenedTransaction {
    if (this.#isRemembered(raw)) return opened(decode(SignedTransaction, raw))
    const transaction = this.open(raw)
    if (this.#valid.size >= VALID_TRANSACTIONS_MAX)
      this.#valid.delete(this.#valid.values().next().value as string)
    this.#valid.add(nameOf(raw))
    return transaction
  }

  /** Verifies a transaction's signature and opens it. */
  open(raw: Uint8Array): OpenedTransaction {
    const { envelope, isValid } = this.#announced.get(raw) ?? this.#verified(raw)
    if (!isValid) throw envelopeErrors.verificationFailed()
    return opened(envelope)
  }

  #isRemembered(raw: Uint8Array): boolean {
    return this.#valid.size > 0 && this.#valid.has(nameOf(raw))
  }

  #verified(raw: Uint8Array): Announced {
    const envelope = decode(SignedTransaction, raw)
    return { envelope, isValid: isValidSignature(this.#rules, this.#signed(envelope)) }
  }

  #signed({ untrustedRawValue, signature }: SignedTransaction) {
    return { context: this.#context, message: untrustedRawValue ?? EMPTY_BYTES, ...signature }
  }
}

function nameOf(raw: Uint8Array): string {
  return toHex(hashOfBytes(raw))
}

/** What is in an envelope whose signature is valid. */
function opened({ untrustedRawValue, signature }: SignedTransaction): OpenedTransaction {
  const transaction = decode(Transaction, untrustedRawValue)
  checkTransaction(transaction)
  return { transaction, signer: signature.publicKey }
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
