/** A network with ParaTimes of accounts, each node a process; and payments in them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { createNetwork, type LocalNetwork, type NetworkNode } from '@wadi/localnet/create-network'
import { namespace } from '@wadi/primitives/namespace'
import type { NodeClient } from '@wadi/sdk/node-client'
import { canSeeProcesses, cpuSecondsOf, processesOf } from '../loopback/processUse.ts'
import { createPayers, PAYERS, type Payer, signPayment } from './fundedAccounts.ts'

const PROGRAM = fileURLToPath(new URL('program.ts', import.meta.url))
const ID_SIZE = 24
/** Rounds before the first that counts. */
const WARM_ROUNDS = 3
/** Payments that wait for their round: three batches. */
const WAITING = 3_000
const LOOK_MS = 20
/** Nobody registers again while it is looked at. */
const EPOCH_BLOCKS = 10_000

/** What is measured. */
export interface ParatimeNetworkOptions {
  readonly paratimes: number
  readonly computeNodes: number
  /** Where there are any, they bring the payments to the compute nodes. */
  readonly clients?: number
  readonly blockMs: number
}

/** One ParaTime of it, and who pays in it. */
export class PaidParatime {
  readonly #runtimeId: KnownParatime['id']
  readonly #nodes: readonly NetworkNode[]
  readonly #chainContext: string
  readonly #payers: readonly Payer[]
  /** Signed, and not sent yet: signing is not what is measured. */
  readonly #signed: Uint8Array[] = []
  #signedCount = 0
  #sentCount = 0
  /** Payments in rounds that are final. */
  #paidCount = 0
  #roundCount = 0

  constructor(paratime: KnownParatime, network: LocalNetwork, payers: readonly Payer[]) {
    this.#runtimeId = paratime.id
    const clients = network.nodes.filter(({ part }) => part === 'client')
    const compute = network.nodes.filter(({ part }) => part === 'compute')
    this.#nodes = clients.length > 0 ? clients : compute
    this.#chainContext = network.files.chainContext
    this.#payers = payers
  }

  /** What there has been of it so far: payments, and rounds that did not fail. */
  get progress(): { readonly paid: number; readonly rounds: number } {
    return { paid: this.#paidCount, rounds: this.#roundCount }
  }

  /** Counts rounds and what is in them, until the network ends. */
  async watch(): Promise<void> {
    const { runtimeClient } = this.#nodes[0]!.client
    const runtimeId = this.#runtimeId
    for await (const { block } of runtimeClient.watchBlocks(runtimeId)) {
      const { round, headerType } = block.header
      if (headerType !== HEADER_TYPES.normal) continue
      const paid = await runtimeClient.getTransactions({ runtimeId, round })
      this.#paidCount += paid.length
      this.#roundCount++
    }
  }

  /** Signs more of them: of one after the other, in a circle. */
  sign(count: number): void {
    const place = { runtimeId: this.#runtimeId, chainContext: this.#chainContext }
    for (let i = 0; i < count; i++) {
      const nonce = BigInt(Math.floor(this.#signedCount / PAYERS))
      const from = this.#signedCount++ % PAYERS
      this.#signed.push(signPayment(this.#payers, from, nonce, place))
    }
  }

  /** Pays, and answers when that is final: how many milliseconds it took. */
  async pay(): Promise<number> {
    const { client, data } = this.#next()
    const begunMs = performance.now()
    await client.runtimeClient.submitTx({ runtimeId: this.#runtimeId, data })
    return performance.now() - begunMs
  }

  /** Pays as fast as it goes, so that there is always a batch of payments that wait. */
  async flood(signal: AbortSignal, senders: number): Promise<void> {
    const sender = async () => {
      while (!signal.aborted) {
        if (this.#sentCount - this.#paidCount >= WAITING) {
          await sleep(LOOK_MS)
          continue
        }
        const { client, data } = this.#next()
        await client.runtimeClient.submitTxNoWait({ runtimeId: this.#runtimeId, data })
      }
    }
    await Promise.all(Array.from({ length: senders * this.#nodes.length }, sender))
  }

  /** The next one, and the node that gets it: those of a payer go one way, in their order. */
  #next(): { readonly client: NodeClient; readonly data: Uint8Array } {
    if (this.#signed.length === 0) this.sign(1)
    const from = this.#sentCount++ % PAYERS
    const { client } = this.#nodes[from % this.#nodes.length]!
    return { client, data: this.#signed.shift()! }
  }
}

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(LOOK_MS)
}

/** See the top of this file. */
export interface ParatimeNetwork {
  readonly paratimes: readonly PaidParatime[]
  /** Of all nodes, so far. */
  cpuSeconds(): number
  stop(): Promise<void>
}

function paratimeAt(index: number): KnownParatime {
  const id = namespace(new Uint8Array(ID_SIZE).fill(index + 1), { isTest: true })
  const version = { major: 0, minor: 1, patch: 0 }
  return { name: `accounts-${index}`, id, version, module: PROGRAM }
}

/** Answers when each of them makes rounds. */
export async function startParatimes({
  paratimes: count,
  computeNodes,
  clients = 0,
  blockMs,
}: ParatimeNetworkOptions): Promise<ParatimeNetwork> {
  const place = mkdtempSync(join(tmpdir(), 'wadi-paratimes-'))
  const known = Array.from({ length: count }, (_, index) => paratimeAt(index))
  const network = await createNetwork({
    ...{ folder: join(place, 'network'), validators: 1, processes: 'each' },
    ...{ blockMs, epochBlocks: EPOCH_BLOCKS, paratimes: known, computeNodes, clients },
  })
  const payers = createPayers()
  const paratimes = known.map((each) => new PaidParatime(each, network, payers))
  const failed = Promise.withResolvers<never>()
  let isOver = false
  for (const each of paratimes)
    each.watch().catch((error) => {
      if (!isOver) failed.reject(error)
    })
  const isWarm = () => paratimes.every(({ progress }) => progress.rounds >= WARM_ROUNDS)
  await Promise.race([until(isWarm), failed.promise])
  const pids = canSeeProcesses() ? processesOf(place) : []
  return {
    paratimes,
    cpuSeconds: () => cpuSecondsOf(pids),
    async stop() {
      isOver = true
      await network.stop()
      rmSync(place, { recursive: true, force: true })
    },
  }
}
