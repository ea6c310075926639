/** Transactions that are submitted here, and who waits for what becomes of them. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { TransactionProof } from '@wadi/consensus/consensus/api'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { cometHashOfTransaction, SignedTransaction } from '@wadi/primitives/transaction'
import { proveTransactions } from '@wadi/tendermint/transactionProof'
import type { ChainSource, LiveChain, SubmittedFate } from './chainSource.ts'
import { cometErrors, errors } from './errors.ts'
import { blockAt } from './heights.ts'
import { type Waiter, waitFor } from './waiting.ts'

/** What the engine's mempool calls a transaction that it has, or had of late. */
const IN_CACHE = 'mempool.inCache'

/** A failure as the application told it, where a failure is a result. */
interface Failure {
  readonly code: number
  readonly codespace: string
  readonly log: string
}

function errorOf({ code, codespace, log }: Failure): CodedError {
  return new CodedError(codespace, code, `${codespace}.transaction`, log)
}

function settle(waiter: Waiter<bigint>, fate: SubmittedFate): void {
  if (fate.kind === 'evicted') waiter.reject(errors.evicted())
  else if (fate.kind === 'rejected') waiter.reject(errorOf(fate.response))
  else if (fate.result.code !== 0) waiter.reject(errorOf(fate.result))
  else waiter.resolve(fate.height)
}

/** Submits to one chain. */
export class Submissions {
  readonly #source: ChainSource
  /** The hashes of the transactions that somebody waits for. */
  readonly #awaited = new Set<string>()
  /** Those of the block that was asked for last: whoever waits for one block asks at once. */
  #proofs: { readonly height: bigint; readonly proofs: readonly Uint8Array[] } | undefined

  constructor(source: ChainSource) {
    this.#source = source
  }

  /** Done when the mempool has the transaction. */
  submitNoWait(signed: SignedTransaction): void {
    this.#broadcast(encode(SignedTransaction, signed))
  }

  /** Done when the transaction is in a block; gives its height. */
  submit(signed: SignedTransaction, signal?: AbortSignal): Promise<bigint> {
    return this.#submitRaw(encode(SignedTransaction, signed), signal)
  }

  /** As {@link submit}, with a proof. */
  async submitWithProof(
    signed: SignedTransaction,
    signal?: AbortSignal,
  ): Promise<TransactionProof> {
    const raw = encode(SignedTransaction, signed)
    const height = await this.#submitRaw(raw, signal)
    const { transactions } = blockAt(this.#source, height)
    const index = transactions.findIndex((transaction) => equalBytes(transaction, raw))
    assert(index >= 0, 'a committed transaction is in its block')
    if (this.#proofs?.height !== height)
      this.#proofs = { height, proofs: proveTransactions(transactions) }
    return { height, rawProof: this.#proofs.proofs[index] }
  }

  #submitRaw(raw: Uint8Array, signal: AbortSignal | undefined): Promise<bigint> {
    const key = toHex(cometHashOfTransaction(raw))
    return waitFor<bigint>(signal, (waiter) => {
      if (this.#awaited.has(key)) throw consensusErrors.duplicateTx()
      this.#broadcast(raw, (fate) => settle(waiter, fate))
      this.#awaited.add(key)
      return () => this.#awaited.delete(key)
    })
  }

  #broadcast(raw: Uint8Array, onFate?: (fate: SubmittedFate) => void): void {
    const { response, notAdded } = this.#check(raw, onFate)
    if (response.code !== 0) throw errorOf(response)
    // The reference does not say so, and leaves its client waiting.
    if (notAdded !== undefined) throw cometErrors.mempool(notAdded)
  }

  #check(raw: Uint8Array, onFate: ((fate: SubmittedFate) => void) | undefined) {
    const live = this.#live
    try {
      return live.checkTx(raw, onFate === undefined ? {} : { onFate })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (error.reason === IN_CACHE) throw consensusErrors.duplicateTx()
      throw cometErrors.mempool(error.message)
    }
  }

  get #live(): LiveChain {
    const { live } = this.#source
    if (live === undefined) throw consensusErrors.unsupported()
    return live
  }
}
