/** What a compute node says to the others of its runtime, and hears from them. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { decode, encode } from '@wadi/cbor/codec'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import type { RuntimeNetwork, Topic, Verdict } from '@wadi/contracts/runtime-network'
import { RUNTIME_SERVICES, runtimeProtocolOf, topicOf } from '@wadi/libp2p/names'
import { servePeers } from '@wadi/libp2p/serve-peers'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Hash } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { ExecutorState } from '@wadi/runtime-executor/executor'
import type { SubmitOutcome } from '@wadi/runtime-executor/pool/effect'
import { serveTransactions } from '@wadi/runtime-executor/pool/findTransaction'
import { admitProposal } from '@wadi/runtime-executor/round/admitProposal'
import type { ProposalInput } from '@wadi/runtime-executor/round/input'
import type { RoundConfig } from '@wadi/runtime-executor/round/roundState'
import { checkItemCount } from '@wadi/runtime-protocol/itemCount'
import { FETCHED_TRANSACTIONS_MAX, GOSSIP_ITEM_COUNT_MAX } from '@wadi/runtime-protocol/limits'
import { CommitteeMessage, TransactionMessage } from '@wadi/runtime-protocol/peers/gossip'
import { transactionMethods } from '@wadi/runtime-protocol/peers/methods'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { PUBLISH_RETRY_MS, PUBLISH_TRIES_MAX } from '../limits.ts'
import { askAllPeers } from '../peers/askPeers.ts'
import { NamedTimers } from '../shells/namedTimers.ts'

/** What gossip stands between. */
export interface CommitteeGossipOptions {
  readonly network: RuntimeNetwork
  readonly config: Pick<RoundConfig, 'chainContext' | 'runtimeId'>
  readonly stateOf: () => ExecutorState
  readonly propose: (input: ProposalInput) => void
  readonly submit: (input: Uint8Array) => Promise<SubmitOutcome>
  readonly timers: Timers
  readonly onFatal: (error: unknown) => void
}

/** The timer of the last proposal. */
const PROPOSAL = 'proposal'

/** See the top of this file. */
export class CommitteeGossip {
  readonly #options: CommitteeGossipOptions
  readonly #protocol: string
  readonly #timers: NamedTimers
  #committee: Topic | undefined
  #transactions: Topic | undefined

  constructor(options: CommitteeGossipOptions) {
    const { chainContext, runtimeId } = options.config
    this.#options = options
    this.#timers = new NamedTimers(options.timers)
    this.#protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.txsync, runtimeId)
  }

  start(): void {
    const { network, config, stateOf, onFatal } = this.#options
    const { chainContext, runtimeId } = config
    this.#committee = network.join(
      topicOf(chainContext, 'committee', runtimeId),
      (message, author, decide) => decide(this.#hearProposal(message, author)),
    )
    this.#transactions = network.join(
      topicOf(chainContext, 'tx', runtimeId),
      (message, _author, decide) => this.#hearTransaction(message, decide),
    )
    network.want(this.#protocol, RUNTIME_SERVICES.txsync.wanted)
    servePeers(network, this.#protocol, {
      methods: transactionMethods,
      answers: {
        getTransactions: ({ hashes }) => ({
          transactions: serveTransactions(stateOf().pool, hashes),
        }),
      },
      onFatal,
    })
  }

  stop(): void {
    this.#timers.cancelAll()
    this.#committee?.leave()
    this.#transactions?.leave()
  }

  /** Sends a proposal to the committee; what cannot be sent now is sent soon, if it is the last. */
  publishProposal(epoch: Epoch, proposal: Proposal): void {
    this.#publishSoon(encode(CommitteeMessage, { epoch, proposal }))
  }

  /** Sends a transaction to everybody; false if that cannot be done now. */
  publish(input: Uint8Array): boolean {
    return this.#transactions?.publish(encode(TransactionMessage, input)) ?? false
  }

  #publishSoon(message: Uint8Array, tries = 1): void {
    this.#timers.cancel(PROPOSAL)
    if (this.#committee === undefined || this.#committee.publish(message)) return
    if (tries >= PUBLISH_TRIES_MAX) return
    this.#timers.set(PROPOSAL, PUBLISH_RETRY_MS, () => this.#publishSoon(message, tries + 1))
  }

  /** Those of the transactions that peers have, as far as they were asked. */
  async fetchTransactions(hashes: readonly Hash[]): Promise<readonly Uint8Array[]> {
    const { network } = this.#options
    const asked = hashes.slice(0, FETCHED_TRANSACTIONS_MAX)
    const missing = new Set(asked.map(toHex))
    const found: Uint8Array[] = []
    const { getTransactions: method } = transactionMethods
    const question = { protocol: this.#protocol, method, request: { hashes: asked } }
    await askAllPeers(network, question, ({ value: { transactions }, feedback }) => {
      const wanted = new Set(asked.map(toHex))
      const hasOthers = transactions.some((input) => !wanted.has(toHex(hashOfTransaction(input))))
      if (transactions.length > asked.length || hasOthers) {
        feedback.failed()
        return 'more'
      }
      for (const input of transactions)
        if (missing.delete(toHex(hashOfTransaction(input)))) found.push(input)
      if (transactions.length > 0) feedback.succeeded()
      return missing.size === 0 ? 'enough' : 'more'
    })
    return found
  }

  #hearProposal(message: Uint8Array, author: PublicKey): Verdict {
    const read = readMessage(() => {
      checkItemCount(message, GOSSIP_ITEM_COUNT_MAX)
      return decode(CommitteeMessage, message)
    })
    if (read?.proposal === undefined) return { verdict: 'reject', why: 'malformed' }
    const { epoch, proposal } = read
    const admission = admitProposal(this.#options.stateOf().round, author, { epoch, proposal })
    if (admission.verdict !== 'accept') return admission
    this.#options.propose(admission.input)
    return { verdict: 'accept' }
  }

  #hearTransaction(message: Uint8Array, decide: (verdict: Verdict) => void): void {
    const input = readMessage(() => decode(TransactionMessage, message))
    if (input === undefined) {
      decide({ verdict: 'reject', why: 'malformed' })
      return
    }
    void this.#options.submit(input).then((outcome) => {
      if (outcome.kind === 'accepted') decide({ verdict: 'accept' })
      else decide({ verdict: 'reject', why: outcome.error.message })
    })
  }
}

/** Undefined for what cannot be read. */
function readMessage<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
