/**
 * Sends transactions, and knows of each what became of it: also when the node was killed in
 * between, when the block says so.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { errors as consensusErrors, transactionErrors } from '@wadi/consensus/consensus/errors'
import type { Signer } from '@wadi/crypto/signature/signer'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import { SignedTransaction, type Transaction } from '@wadi/primitives/transaction'
import { type MethodCall, methodCall } from '@wadi/sdk/method-call'
import type { NodeClient } from '@wadi/sdk/node-client'
import { prepareTransaction } from '@wadi/sdk/prepare-transaction'
import { signWith, submitTransaction } from '@wadi/sdk/send-transaction'
import { errors } from './errors.ts'
import { isAway, PATIENCE_MS, pause, type WaitingWorld } from './patientTransport.ts'

const LAST = 0n
/** Longer than a block takes; after that one looks whether the node forgot the transaction. */
const SUBMIT_MS_MAX = 15_000
const RETRY_MS = 100

/** A transaction that a block has. */
export interface Committed {
  readonly raw: Uint8Array
  readonly height: bigint
  /** Whether it did what it asked for. */
  readonly hasFailed: boolean
}

/** What a sender is made of. */
export interface SenderOptions {
  readonly client: NodeClient
  readonly chainContext: string
  readonly gasPrice: Quantity
  readonly world: WaitingWorld
  readonly onCommitted?: (committed: Committed) => void
}

/** Refusals that say that a node knows the transaction, or that it may be too early for it. */
const UNDECIDED: readonly CodedError[] = [
  consensusErrors.duplicateTx(),
  transactionErrors.invalidNonce(),
]

/** A mempool that is full, or that gave up, says nothing about the transaction. */
const ABOUT_MEMPOOL = /\bmempool\b/

function isDecided(error: unknown): error is CodedError {
  if (!(error instanceof CodedError) || isAway(error)) return false
  if (ABOUT_MEMPOOL.test(error.message)) return false
  const isSame = (other: CodedError) => error.module === other.module && error.code === other.code
  return !UNDECIDED.some(isSame)
}

/** The address of whoever signs. */
export function addressOf({ publicKey }: Pick<Signer, 'publicKey'>): Address {
  return stakingAddress(PublicKey.check(publicKey))
}

/** What is asked for when the nonce was another's. */
const LOST = 'lost'

/** See the top of this file. Each account signs for one call at a time. */
export class TransactionSender {
  readonly #options: SenderOptions
  /** The least nonce that an account can have, by the hex of its public key. */
  readonly #nonces = new Map<string, bigint>()
  #height = 0n

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Waits until the node has every block with a transaction of ours; gives its height. */
  async caughtUp(): Promise<bigint> {
    const { client, world } = this.#options
    const end = world.clock.monotonicMs() + PATIENCE_MS
    for (;;) {
      const height = await client.consensus.getLatestHeight()
      if (height >= this.#height) return height
      if (world.clock.monotonicMs() > end)
        throw errors.noAnswer(`block ${this.#height} was there, and now the last is ${height}`)
      await pause(world, RETRY_MS)
    }
  }

  /** Signs and sends; the height of the block, or what the network says against it is thrown. */
  async send(signer: Signer, call: MethodCall, payer?: Signer): Promise<bigint> {
    for (;;) {
      const transaction = await this.#prepare(signer, call, await this.#nonceOf(signer))
      const { amount } = transaction.fee ?? { amount: 0n }
      if (payer !== undefined && amount > 0n) await this.transfer(payer, addressOf(signer), amount)
      const outcome = await this.#settle(signer, transaction)
      // The account of the test entity is everybody's.
      if (outcome !== LOST) return outcome
    }
  }

  /** Several of one account at once; the account must be nobody else's. */
  async sendAll(signer: Signer, calls: readonly MethodCall[]): Promise<void> {
    const nonce = await this.#nonceOf(signer)
    await this.#sendAlike(calls.map((call, i) => ({ signer, call, nonce: nonce + BigInt(i) })))
  }

  /** One of each of several accounts at once; the accounts must be nobody else's. */
  async sendEach(signers: readonly Signer[], calls: readonly MethodCall[]): Promise<void> {
    const nonces = await Promise.all(signers.map((signer) => this.#nonceOf(signer)))
    const alike = signers.map((signer, i) => ({ signer, call: calls[i]!, nonce: nonces[i]! }))
    await this.#sendAlike(alike)
  }

  /** What so much gas costs. */
  feeFor(gas: bigint): bigint {
    return gas * this.#options.gasPrice
  }

  /** What a call of an account would cost. */
  async estimateFee(signer: Signer, call: MethodCall): Promise<bigint> {
    const { fee } = await this.#prepare(signer, call, await this.#nonceOf(signer))
    return fee?.amount ?? 0n
  }

  /** Submits a transaction that is not expected to be taken; answers what is said against it. */
  async attempt(signer: Signer, transaction: Transaction): Promise<CodedError | undefined> {
    const nonce = await this.#nonceOf(signer)
    try {
      await this.#settle(signer, { ...transaction, nonce })
    } catch (error) {
      if (error instanceof CodedError) return error
      throw error
    }
    return undefined
  }

  /** Moves tokens. */
  async transfer(from: Signer, to: Address, amount: bigint): Promise<bigint> {
    return await this.send(from, methodCall('staking.Transfer', { to, amount: quantity(amount) }))
  }

  /** Gives the same to each of many, at once. */
  async transferToAll(from: Signer, to: readonly Address[], amount: bigint): Promise<void> {
    const call = (one: Address) =>
      methodCall('staking.Transfer', { to: one, amount: quantity(amount) })
    await this.sendAll(from, to.map(call))
  }

  /** The nonce for what comes next. A node that was restarted may know an older one. */
  async #nonceOf(signer: Signer): Promise<bigint> {
    const owner = addressOf(signer)
    const { general } = await this.#options.client.staking.account({ height: LAST, owner })
    const least = this.#nonces.get(toHex(signer.publicKey)) ?? 0n
    return general.nonce > least ? general.nonce : least
  }

  async #prepare(signer: Signer, call: MethodCall, nonce: bigint): Promise<Transaction> {
    const { client, gasPrice } = this.#options
    return await prepareTransaction(client, signer.publicKey, call, { nonce, gasPrice })
  }

  /** Sends what takes the same gas. */
  async #sendAlike(all: readonly Signing[]): Promise<void> {
    const [first] = all
    if (first === undefined) return
    const model = await this.#prepare(first.signer, first.call, first.nonce)
    const settle = async ({ signer, call, nonce }: Signing) => {
      const outcome = await this.#settle(signer, { ...model, ...call, nonce })
      if (outcome === LOST) throw errors.lostNonce(toHex(signer.publicKey))
    }
    await Promise.all(all.map(settle))
  }

  /** Submits one transaction until a block has it, or until none can have it any more. */
  async #settle(signer: Signer, transaction: Transaction): Promise<bigint | typeof LOST> {
    const { client, chainContext, world } = this.#options
    const from = await client.consensus.getLatestHeight()
    const signed = await signWith(signer, chainContext, transaction)
    const raw = encode(SignedTransaction, signed)
    const end = world.clock.monotonicMs() + PATIENCE_MS
    for (;;) {
      try {
        const patience = { timeoutMs: SUBMIT_MS_MAX, whenAway: 'wait' } as const
        const { height } = await submitTransaction(client, signed, patience)
        this.#note(signer, transaction, { raw, height, hasFailed: false })
        return height
      } catch (error) {
        const next = await this.#nonceOf(signer)
        const found = await this.#find(raw, from)
        if (found !== undefined) return this.#conclude(signer, transaction, found)
        if (isDecided(error)) throw error
        if (next > transaction.nonce) return LOST
        if (world.clock.monotonicMs() > end) throw error
      }
      await pause(world, RETRY_MS)
    }
  }

  #conclude(signer: Signer, transaction: Transaction, found: Found): bigint {
    const { failure, ...committed } = found
    this.#note(signer, transaction, { ...committed, hasFailed: failure !== undefined })
    if (failure !== undefined) throw failure
    return committed.height
  }

  #note({ publicKey }: Signer, { nonce }: Transaction, committed: Committed): void {
    const key = toHex(publicKey)
    const least = this.#nonces.get(key) ?? 0n
    if (nonce >= least) this.#nonces.set(key, nonce + 1n)
    if (committed.height > this.#height) this.#height = committed.height
    this.#options.onCommitted?.(committed)
  }

  /** Looks for a transaction in the blocks from a height on. */
  async #find(raw: Uint8Array, from: bigint): Promise<Found | undefined> {
    const { consensus } = this.#options.client
    const last = await consensus.getLatestHeight()
    for (let height = from > 0n ? from : 1n; height <= last; height++) {
      const transactions = await consensus.getTransactions(height)
      const index = transactions.findIndex((one) => equalBytes(one, raw))
      if (index < 0) continue
      const { results } = await consensus.getTransactionsWithResults(height)
      const { code, module, message } = results[index]!.error
      const failure =
        code === 0 ? undefined : new CodedError(module, code, `${module}.transaction`, message)
      return { raw, height, failure }
    }
    return undefined
  }
}

interface Signing {
  readonly signer: Signer
  readonly call: MethodCall
  readonly nonce: bigint
}

interface Found {
  readonly raw: Uint8Array
  readonly height: bigint
  readonly failure: CodedError | undefined
}
