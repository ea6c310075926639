/** Those who use ParaTimes: each has one transaction under way, and insists on it. */

import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { randomFor } from '../../plan/randomFor.ts'
import type { VirtualTime } from '../../world/virtualTime.ts'
import type { ParatimeGenesis } from '../chain/paratimeGenesis.ts'
import type { Reference } from '../checkers/execution.ts'
import type { ComputeNode } from '../nodes/computeNode.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import { type MakeTransaction, transactionsOf } from './paratimeClients.ts'
import type { Waiting } from './waiting.ts'

export interface ClientsOptions {
  readonly plan: ParatimePlan
  readonly genesis: ParatimeGenesis
  readonly time: VirtualTime
  readonly nodes: readonly ComputeNode[]
  readonly references: readonly Reference[]
  readonly onTold: (paratime: number, hash: string, round: bigint) => void
}

/** One client of one ParaTime. */
interface Client {
  readonly paratime: number
  readonly number: number
  nonce: bigint
  /** What is under way. */
  input: Uint8Array | undefined
  askedMs: number
  /** Since when it is. */
  sinceMs: number
}

/** When a client that hears nothing asks somebody else. */
const PATIENCE_MS = 6000

/** See the top of this file. */
export class Clients {
  readonly #options: ClientsOptions
  readonly #random: RandomSource
  readonly #clients: readonly Client[]
  readonly #make: readonly MakeTransaction[]

  constructor(options: ClientsOptions) {
    const { plan, genesis } = options
    this.#options = options
    this.#random = randomFor(plan.seed, 'clients')
    this.#make = plan.paratimes.map((shape, i) => transactionsOf(shape, genesis.ids[i]!, genesis))
    this.#clients = plan.paratimes.flatMap((_, paratime) =>
      genesis.clients.map((_client, number) => {
        return { paratime, number, nonce: 0n, input: undefined, askedMs: 0, sinceMs: 0 }
      }),
    )
  }

  /** Whose transaction is not final yet, as far as they know. */
  get waiting(): readonly Waiting[] {
    return this.#clients.filter(({ input }) => input !== undefined)
  }

  /** They begin, and never stop. */
  start(): void {
    const { time, plan } = this.#options
    for (const [paratime] of plan.paratimes.entries()) {
      const clients = this.#clients.filter((one) => one.paratime === paratime)
      const next = (number: number) => {
        this.#act(clients[number % clients.length]!)
        time.after(plan.transactionEveryMs, () => next(number + 1))
      }
      time.after(plan.transactionEveryMs, () => next(0))
    }
  }

  #act(client: Client): void {
    const { time, nodes } = this.#options
    if (client.input !== undefined && time.nowMs - client.askedMs < PATIENCE_MS) return
    if (client.input === undefined) {
      client.input = this.#make[client.paratime]!(client.number, client.nonce, this.#random)
      client.sinceMs = time.nowMs
    }
    client.askedMs = time.nowMs
    const node = nodes[randomBelow(this.#random, nodes.length)]!
    void this.#submit(client, client.input, node)
  }

  async #submit(client: Client, input: Uint8Array, node: ComputeNode): Promise<void> {
    const { genesis, onTold } = this.#options
    const runtimeId = genesis.ids[client.paratime]!
    const hash = toHex(hashOfTransaction(input))
    try {
      const submit = node.answers?.['RuntimeClient/SubmitTxMeta']
      if (submit === undefined) return
      const told = await submit({ runtimeId, data: input }, {})
      if (told.checkTxError !== undefined || !node.isHonest) {
        this.#lookUp(client, input, hash)
        return
      }
      onTold(client.paratime, hash, told.round)
      this.#done(client, input)
    } catch (error) {
      if (!isTold(error)) throw error
      this.#lookUp(client, input, hash)
    }
  }

  /** Who has seen it does not say what became of it: perhaps it was executed. */
  #lookUp(client: Client, input: Uint8Array, hash: string): void {
    if (this.#options.references[client.paratime]!.rounds.has(hash)) this.#done(client, input)
  }

  #done(client: Client, input: Uint8Array): void {
    if (client.input !== input) return
    client.input = undefined
    client.nonce++
  }
}
