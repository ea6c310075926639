/** Those who ask something of ParaTimes over the consensus layer, one message at a time each. */

import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { encode, encodeRust, make } from '@wadi/cbor/codec'
import { SubmitMsg } from '@wadi/consensus/roothash/methods'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { Call, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import {
  type SignedTransaction,
  signTransaction,
  type Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { randomFor } from '../../plan/randomFor.ts'
import type { VirtualTime } from '../../world/virtualTime.ts'
import type { DrivenChain } from '../chain/drivenChain.ts'
import type { SentMessage } from '../checkers/paratimeChecker.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'

export interface MessageSendersOptions {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  readonly time: VirtualTime
  readonly onSent: (sent: SentMessage) => void
}

interface Sender {
  readonly number: number
  readonly address: Address
  readonly signer: Signer
  /** By number of the ParaTime: its calls there that were accepted. */
  readonly nonces: bigint[]
  isWaiting: boolean
}

const GAS = 1_000_000n
const FEE_MAX = 10
const TOKENS_MAX = 100
const TAGS = 5
const PERCENT = 100
/** So many messages are no calls: whoever takes them has nothing to execute. */
const GARBAGE_PERCENT = 10

/** See the top of this file. */
export class MessageSenders {
  readonly #options: MessageSendersOptions
  readonly #random: RandomSource
  readonly #senders: readonly Sender[]

  constructor(options: MessageSendersOptions) {
    const { plan, chain } = options
    this.#options = options
    this.#random = randomFor(plan.seed, 'senders of messages')
    this.#senders = chain.genesis.clients.map(({ seed, address }, number) => {
      const signer = chain.keys.signer(createMemorySigner('entity', new Secret(seed)))
      const nonces = plan.paratimes.map(() => 0n)
      return { number, address, signer, nonces, isWaiting: false }
    })
  }

  /** They begin, and never stop. */
  start(): void {
    const { time, plan } = this.#options
    const { messageEveryMs: everyMs } = plan
    if (everyMs === undefined) return
    const next = (number: number) => {
      const sender = this.#senders[number % this.#senders.length]!
      if (!sender.isWaiting) void this.#send(sender)
      time.after(everyMs, () => next(number + 1))
    }
    time.after(everyMs, () => next(0))
  }

  async #send(sender: Sender): Promise<void> {
    const { chain, onSent, plan } = this.#options
    const paratime = randomBelow(this.#random, plan.paratimes.length)
    const message = this.#messageOf(sender, paratime)
    const call = { method: 'roothash.SubmitMsg', body: encode(SubmitMsg, message) }
    const sent = { paratime, caller: sender.address, message }
    sender.isWaiting = true
    const signed = this.#sign(sender, call)
    try {
      await chain.own.api.methods['Consensus/SubmitTx']!.answer(signed as never, {})
      sender.nonces[paratime]!++
      onSent({ ...sent, refusal: undefined })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const { module, code } = error
      onSent({ ...sent, refusal: { module, code } })
    } finally {
      sender.isWaiting = false
    }
  }

  #sign({ signer, address }: Sender, call: Pick<Transaction, 'method' | 'body'>) {
    const { chain } = this.#options
    const context = transactionContext(chain.genesis.network.chainContext)
    const fee = { amount: quantity(0n), gas: GAS }
    const signed: SignedTransaction = signTransaction(signer, context, {
      ...call,
      nonce: chain.nonceOf(address),
      fee,
    })
    return signed
  }

  /** All write the same key, so that it shows in which order messages were taken. */
  #messageOf({ number, nonces }: Sender, paratime: number): SubmitMsg {
    const { chain } = this.#options
    const below = (bound: number) => randomBelow(this.#random, bound)
    const nonce = nonces[paratime]!
    const args = { key: 'message', value: `${number} ${nonce}`, generation: 0n, churpId: 0 }
    const call: Call = {
      sender: toUtf8(`sender ${number}`),
      nonce,
      method: 'insert',
      args: encodeRust(KeyValueArgs, args),
    }
    const isGarbage = below(PERCENT) < GARBAGE_PERCENT
    return make(SubmitMsg, {
      id: chain.genesis.ids[paratime]!,
      tag: BigInt(below(TAGS)),
      fee: quantity(BigInt(below(FEE_MAX))),
      tokens: quantity(BigInt(below(TOKENS_MAX))),
      data: isGarbage ? toUtf8('no call') : encodeRust(Call, call),
    })
  }
}
