/**
 * Signs transactions of the node itself and submits them: with the next nonce, the gas that an
 * estimate says, and the price that the network asks. What fails for a reason that may pass is
 * tried again for a while.
 */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/contracts/world'
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
import { SUBMISSION_MS_MAX, SUBMISSION_WAIT_MS_MAX, SUBMISSIONS_MAX } from '../limits.ts'
import { waitFor } from '../waiting.ts'
import { drawWaitMs } from './backoff.ts'
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

/** What is to be submitted, and until when. */
interface Order {
  readonly signer: Signer
  readonly call: MethodCall
  readonly signal: AbortSignal | undefined
}

/** Why a try did not succeed, and whether another one might. */
interface Setback {
  readonly error: unknown
  readonly mayPass: boolean
}

const LAST_HEIGHT = 0n

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
    if (this.#underWay >= SUBMISSIONS_MAX)
      throw new UnavailableError('submission.full', 'too many transactions are on their way')
    this.#underWay++
    try {
      await this.#insist({ signer, call, signal })
    } finally {
      this.#underWay--
    }
  }

  async #insist(order: Order): Promise<void> {
    const { clock, timers, random, log } = this.#options.world
    const begunMs = clock.monotonicMs()
    for (let number = 0; ; number++) {
      const setback = await this.#try(order)
      if (setback === undefined) return
      const { error } = setback
      if (!setback.mayPass || !isTold(error) || order.signal?.aborted) throw error
      const waitMs = drawWaitMs(number, SUBMISSION_WAIT_MS_MAX, random)
      if (clock.monotonicMs() - begunMs + waitMs > SUBMISSION_MS_MAX) throw error
      const { method } = order.call
      log.debug('trying a transaction again soon', { method, waitMs, why: error.message })
      await waitFor(timers, waitMs, order.signal)
    }
  }

  /** One nonce, one signature. */
  async #try({ signer, call, signal }: Order): Promise<Setback | undefined> {
    const publicKey = PublicKey.check(signer.publicKey)
    let nonce: bigint
    try {
      nonce = await this.#takeNonce(publicKey, signal)
    } catch (error) {
      return { error, mayPass: mayPass(error) }
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
      return { error, mayPass: isTold(error) }
    }
    try {
      await this.#options.ask('Consensus/SubmitTx', signed, signal)
      this.#change(publicKey, (nonces) => settleNonce(nonces, nonce))
      return undefined
    } catch (error) {
      this.#change(publicKey, (nonces) => dropNonce(nonces, nonce))
      return { error, mayPass: mayPass(error) }
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
