/**
 * Signs transactions of the node itself and submits them: with the next nonce, the gas that an
 * estimate says, and the price that the network asks. What fails for a reason that may pass is
 * tried again for a while.
 */

import { drawWaitMs } from '@wadi/base/backoff'
import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { TransactionProof } from '@wadi/consensus/consensus/api'
import type { Signer } from '@wadi/crypto/signature/signer'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import {
  type Fee,
  type SignedTransaction,
  signTransaction,
  type Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { Ask } from '../chain.ts'
import { submissionErrors } from '../errors.ts'
import {
  SUBMISSION_MS_MAX,
  SUBMISSION_WAIT_MS_MAX,
  SUBMISSIONS_MAX,
  WAIT_MS_FIRST,
} from '../limits.ts'
import { waitFor } from '../waiting.ts'
import { dropNonce, type Nonces, settleNonce, takeNonce, UNKNOWN_NONCES } from './nonces.ts'
import { mayPass } from './passing.ts'

/** What is called, by its name on the wire; the body is encoded. */
export type MethodCall = Pick<Transaction, 'method' | 'body'>

/** What the operator chose, in base units. */
export interface SubmissionConfig {
  /** What the node offers for a unit of gas, if the network does not ask for more. */
  readonly gasPrice: bigint
  /** The most that is paid for one transaction; 0 for no bound. */
  readonly maxFee: bigint
}

/** What submitting is made of. */
export interface SubmitterOptions {
  readonly ask: Ask
  readonly chainContext: string
  readonly config: SubmissionConfig
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly random: RandomSource
    readonly log: Logger
  }
}

/** A transaction that is in a block, and the proof of that. */
export interface ProvedTransaction {
  readonly signedTx: SignedTransaction
  readonly proof: TransactionProof
}

/** What is to be submitted, how, and until when. */
interface Order<T> {
  readonly signer: Signer
  readonly call: MethodCall
  readonly send: (signed: SignedTransaction) => Promise<T>
  readonly signal: AbortSignal | undefined
}

/** What came of a try; if nothing did, whether another one might succeed. */
type Try<T> =
  | { readonly kind: 'done'; readonly answer: T }
  | { readonly kind: 'setback'; readonly error: unknown; readonly mayPass: boolean }

const LAST_HEIGHT = 0n
const WAITS = { firstMs: WAIT_MS_FIRST, maxMs: SUBMISSION_WAIT_MS_MAX }

/** See the top of this file. */
export class Submitter {
  readonly #options: SubmitterOptions
  readonly #nonces = new Map<string, Nonces>()
  #underWay = 0
  /** What the network asked for a unit of gas when it was asked last. */
  #knownPrice = 0n

  constructor(options: SubmitterOptions) {
    this.#options = options
  }

  /** Transactions that are on their way. */
  get underWay(): number {
    return this.#underWay
  }

  /** Resolves when the transaction is in a block and has succeeded. */
  async submit(signer: Signer, call: MethodCall, signal?: AbortSignal): Promise<void> {
    const { ask } = this.#options
    const send = (signed: SignedTransaction) => ask('Consensus/SubmitTx', signed, signal)
    await this.#submit({ signer, call, signal, send })
  }

  /** As `submit`, with a proof of where the transaction is. */
  async submitProved(
    signer: Signer,
    call: MethodCall,
    signal?: AbortSignal,
  ): Promise<ProvedTransaction> {
    const { ask } = this.#options
    const send = async (signedTx: SignedTransaction) => {
      return { signedTx, proof: await ask('Consensus/SubmitTxWithProof', signedTx, signal) }
    }
    return await this.#submit({ signer, call, signal, send })
  }

  async #submit<T>(order: Order<T>): Promise<T> {
    if (this.#underWay >= SUBMISSIONS_MAX)
      throw new UnavailableError('submission.full', 'too many transactions are on their way')
    this.#underWay++
    try {
      return await this.#insist(order)
    } finally {
      this.#underWay--
    }
  }

  async #insist<T>(order: Order<T>): Promise<T> {
    const { clock, timers, random, log } = this.#options.world
    const begunMs = clock.monotonicMs()
    for (let number = 0; ; number++) {
      const tried = await this.#try(order)
      if (tried.kind === 'done') return tried.answer
      const { error } = tried
      if (!tried.mayPass || !isTold(error) || order.signal?.aborted) throw error
      const waitMs = drawWaitMs(number, WAITS, random)
      if (clock.monotonicMs() - begunMs + waitMs > SUBMISSION_MS_MAX) throw error
      const { method } = order.call
      log.debug('trying a transaction again soon', { method, waitMs, why: error.message })
      await waitFor(timers, waitMs, order.signal)
    }
  }

  /** One nonce, one signature. */
  async #try<T>({ signer, call, send, signal }: Order<T>): Promise<Try<T>> {
    const publicKey = PublicKey.check(signer.publicKey)
    let nonce: bigint
    try {
      nonce = await this.#takeNonce(publicKey, signal)
    } catch (error) {
      return { kind: 'setback', error, mayPass: mayPass(error) }
    }
    let signed: SignedTransaction
    try {
      const bare: Transaction = { nonce, fee: undefined, ...call }
      const fee = await this.#feeOf(publicKey, bare, signal)
      const context = transactionContext(this.#options.chainContext)
      signed = signTransaction(signer, context, { ...bare, fee })
    } catch (error) {
      this.#change(publicKey, (nonces) => dropNonce(nonces, nonce))
      // COMPAT(oasis-core): an estimate may fail for what the next block brings.
      return { kind: 'setback', error, mayPass: isTold(error) }
    }
    try {
      const answer = await send(signed)
      this.#change(publicKey, (nonces) => settleNonce(nonces, nonce))
      return { kind: 'done', answer }
    } catch (error) {
      this.#change(publicKey, (nonces) => dropNonce(nonces, nonce))
      return { kind: 'setback', error, mayPass: mayPass(error) }
    }
  }

  async #takeNonce(publicKey: PublicKey, signal: AbortSignal | undefined): Promise<bigint> {
    let onChain = 0n
    if (this.#noncesOf(publicKey).next === undefined) {
      const question = { height: LAST_HEIGHT, owner: stakingAddress(publicKey) }
      const { general } = await this.#options.ask('Staking/Account', question, signal)
      onChain = general.nonce
    }
    const { nonce, nonces } = takeNonce(this.#noncesOf(publicKey), onChain)
    this.#change(publicKey, () => nonces)
    return nonce
  }

  async #feeOf(
    signer: PublicKey,
    transaction: Transaction,
    signal: AbortSignal | undefined,
  ): Promise<Fee> {
    const { ask, config } = this.#options
    const gas = await ask('Consensus/EstimateGas', { signer, transaction }, signal)
    const amount = gas * (await this.#price(signal))
    const { maxFee } = config
    if (maxFee > 0n && amount > maxFee)
      throw submissionErrors.feeTooHigh(`${amount} (max: ${maxFee})`)
    return { gas, amount: quantity(amount) }
  }

  async #price(signal: AbortSignal | undefined): Promise<bigint> {
    const { ask, config, world } = this.#options
    try {
      this.#knownPrice = await ask('Consensus/MinGasPrice', undefined, signal)
    } catch (error) {
      if (!isTold(error)) throw error
      world.log.warn('the network does not say what gas costs', { why: error.message })
    }
    return this.#knownPrice > config.gasPrice ? this.#knownPrice : config.gasPrice
  }

  #noncesOf(publicKey: PublicKey): Nonces {
    return this.#nonces.get(toHex(publicKey)) ?? UNKNOWN_NONCES
  }

  #change(publicKey: PublicKey, change: (nonces: Nonces) => Nonces): void {
    this.#nonces.set(toHex(publicKey), change(this.#noncesOf(publicKey)))
  }
}
