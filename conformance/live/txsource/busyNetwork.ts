/**
 * All workloads of the consensus layer at once, each at a node of its own choice, until they are
 * told to end.
 */

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { type Committed, runWorkload } from '@wadi/node/workload'
import { type WorkloadName, workloads } from '@wadi/node/workloads'
import { quantity } from '@wadi/primitives/quantity'
import type { RealNetwork } from '../real-nodes/realNetwork.ts'

const SEED = 'all workloads of this network follow from this'
const ALL_VERSIONS = 2n ** 62n
const POLL_MS = 100

/** What a workload has done so far. */
export interface Work {
  readonly name: WorkloadName
  iterations: number
  committed: number
  /** Transactions that a block has although they failed. */
  failed: number
}

/** See the top of this file. */
export class BusyNetwork implements Disposable {
  readonly work: readonly Work[]
  readonly committed: Committed[] = []
  readonly channels: readonly Channel[]
  /** Was it told to end? */
  isOver = false
  readonly #network: RealNetwork

  constructor(network: RealNetwork) {
    this.#network = network
    this.channels = network.folders.map(({ dataDir }) => {
      const target = `unix:${join(dataDir, 'internal.sock')}`
      return new Channel({ target, clock: processClock, timers: nodeTimers })
    })
    const names = Object.keys(workloads) as WorkloadName[]
    const ofConsensus = names.filter((name) => name !== 'runtime')
    this.work = ofConsensus.map((name) => ({ name, iterations: 0, committed: 0, failed: 0 }))
  }

  /** Resolves when all have ended well; what one of them finds is thrown. */
  async run(): Promise<void> {
    await Promise.all(this.work.map((work, i) => this.#run(work, i)))
  }

  /** Has every workload end after its iteration. */
  end(): void {
    this.isOver = true
  }

  async #run(work: Work, index: number): Promise<void> {
    const { genesis } = this.#network
    const { chainContext, validators, accounts } = genesis
    try {
      await runWorkload({
        name: work.name,
        seed: SEED,
        transport: this.channels[index % this.channels.length]!,
        chainContext,
        gasPrice: quantity(0n),
        source: accounts[0]!.signer,
        validatorEntities: validators.map(({ entity }) => entity.signer),
        queries: { keptVersions: ALL_VERSIONS, runtimeId: undefined, asksRounds: false },
        log: createLogger(work.name, SILENT),
        goesOn: (pauseMs) => this.#goesOn(work, pauseMs),
        onCommitted: (one) => this.#note(work, one),
      })
    } catch (cause) {
      throw new Error(`${work.name} ended in its iteration ${work.iterations}: ${cause}`, { cause })
    }
  }

  #note(work: Work, one: Committed): void {
    this.committed.push(one)
    work.committed++
    if (one.hasFailed) work.failed++
  }

  async #goesOn(work: Work, pauseMs: number): Promise<boolean> {
    work.iterations++
    const end = performance.now() + pauseMs
    while (!this.isOver && performance.now() < end) await sleep(POLL_MS)
    return !this.isOver
  }

  [Symbol.dispose](): void {
    for (const channel of this.channels) channel.close()
  }
}
