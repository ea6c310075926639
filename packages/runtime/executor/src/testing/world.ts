/** Compute nodes, a chain and a network in one place, with a time of their own. All by a seed. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { make } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import type { ExecutorCommitment, Proposal } from '@wadi/consensus/roothash/commitments'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import { voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import type { Misdeed } from '../byzantine/misdeeds.ts'
import type { RoundBase } from '../round/base.ts'
import { type ChainEvent, TestChain } from './chain.ts'
import { SimNode } from './simNode.ts'
import {
  type TestMember,
  type TestRuntimeOptions,
  testCommittee,
  testMember,
  testRuntime,
} from './testNetwork.ts'
import { ToyStorage } from './toyStorage.ts'

/** How a world begins. */
export interface WorldOptions extends TestRuntimeOptions {
  readonly seed: number
  readonly workers: number
  /** Those after the workers; `backupFrom` places them among the workers, too. */
  readonly backupWorkers: number
  readonly backupFrom?: number
  /** By the number of the node. */
  readonly misdeeds?: Readonly<Record<number, readonly Misdeed[]>>
  /** How many of a hundred messages between nodes get lost. */
  readonly lossPercent?: number
  readonly delayMsMax?: number
  /** How often of a hundred times a node crashes when it has just signed something. */
  readonly crashPercent?: number
  /** How many of a hundred commitments never get into a block, and how many of them say so. */
  readonly lostCommitPercent?: number
}

const BLOCK_MS = 1_000
const TRACES_MAX = 2_000

export class World {
  nowMs = 0
  readonly random: SeededRandom
  readonly storage = new ToyStorage()
  readonly chain: TestChain
  readonly nodes: readonly SimNode[]
  readonly evidence: { readonly by: SimNode; readonly evidence: Evidence }[] = []
  readonly traces: string[] = []
  epoch = 1n
  readonly #options: WorldOptions
  #events: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = []
  #order = 0
  #mempool: ExecutorCommitment[] = []
  /** By node, round and scheduler: what honest nodes have signed. */
  readonly #signed = new Map<string, string>()
  readonly #storageFailures = new Set<SimNode>()

  constructor(options: WorldOptions) {
    this.#options = options
    this.random = new SeededRandom(BigInt(options.seed))
    const { workers, backupWorkers, backupFrom = workers, misdeeds = {} } = options
    const count = Math.max(workers, backupFrom + backupWorkers)
    const members = Array.from({ length: count }, (_, i) => testMember(i))
    this.chain = new TestChain(testRuntime(options), this.committeeOf(members, 0))
    this.nodes = members.map((member, i) => new SimNode(this, member, misdeeds[i] ?? []))
    for (const node of this.nodes) {
      node.round({ kind: 'runtime-status', initialBatchSize: 50 })
      this.#deliver(node, this.base())
    }
    this.after(BLOCK_MS, () => this.#tick())
  }

  /** The first ones from a place on are workers. */
  committeeOf(members: readonly TestMember[], shift: number) {
    const { workers, backupWorkers, backupFrom = workers } = this.#options
    const at = (i: number) => members[(i + shift) % members.length]!.id
    const ids = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => at(from + i))
    return testCommittee(ids(0, workers), ids(backupFrom, backupWorkers), this.epoch)
  }

  get honest(): readonly SimNode[] {
    return this.nodes.filter(({ misdeeds }) => misdeeds.length === 0)
  }

  below(bound: number): number {
    return randomBelow(this.random, bound)
  }

  delay(): number {
    return 1 + this.below(this.#options.delayMsMax ?? 150)
  }

  after(delayMs: number, run: () => void): void {
    this.#order++
    const event = { atMs: this.nowMs + delayMs, order: this.#order, run }
    const place = this.#events.findIndex(({ atMs }) => atMs > event.atMs)
    if (place < 0) this.#events.push(event)
    else this.#events.splice(place, 0, event)
  }

  /** Lets so much time pass. */
  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs
    for (;;) {
      const event = this.#events[0]
      if (event === undefined || event.atMs > endMs) break
      this.#events.shift()
      this.nowMs = event.atMs
      event.run()
    }
    this.nowMs = endMs
  }

  /** To all others, each after a while, or never. */
  publish(from: SimNode, tell: (to: SimNode) => void): void {
    for (const to of this.nodes) {
      if (to === from || this.below(100) < (this.#options.lossPercent ?? 0)) continue
      this.after(this.delay(), () => {
        if (to.isUp) tell(to)
      })
    }
  }

  anyPeer(from: SimNode): SimNode | undefined {
    const peers = this.nodes.filter((node) => node !== from && node.isUp)
    return peers.length === 0 ? undefined : peers[this.below(peers.length)]
  }

  /** A transaction for the next block, which everybody sees before. */
  submit(from: SimNode, commitment: ExecutorCommitment): void {
    if (from.misdeeds.length === 0) this.#noteCommitment(commitment)
    const { lostCommitPercent = 0 } = this.#options
    if (lostCommitPercent > 0 && this.below(100) < lostCommitPercent) {
      if (this.below(2) === 0) from.round({ kind: 'commit-failed', commitment })
      return
    }
    this.after(this.delay(), () => {
      this.#mempool.push(commitment)
      const input = { kind: 'commitment', commitment, seen: 'mempool' } as const
      this.publish(from, (to) => to.round(input))
    })
  }

  /** An honest node says one thing to one proposal in one round, whatever happens to it. */
  #noteCommitment(commitment: ExecutorCommitment): void {
    const { nodeId, header } = commitment
    const { failure, schedulerId } = header
    const what = `${failure} ${toHex(voteOf(commitment))}`
    this.#note(`${toHex(nodeId)} ${header.header.round} ${toHex(schedulerId)}`, what)
  }

  noteProposal({ misdeeds }: SimNode, { nodeId, header }: Proposal): void {
    if (misdeeds.length > 0) return
    this.#note(`${toHex(nodeId)} ${header.round}`, toHex(header.batchHash))
  }

  #note(key: string, what: string): void {
    const before = this.#signed.get(key)
    assert(before === undefined || before === what, `an honest node signed twice: ${key}`)
    this.#signed.set(key, what)
  }

  /** The worst moment to crash is right after signing. */
  perhapsCrash(node: SimNode): void {
    if (this.below(100) >= (this.#options.crashPercent ?? 0)) return
    node.crash()
    this.after(1 + this.below(700), () => node.restart(this.base()))
  }

  /** From now on the node cannot store anything. */
  breakStorage(node: SimNode): void {
    this.#storageFailures.add(node)
  }

  failsToStore(node: SimNode): boolean {
    return this.#storageFailures.has(node)
  }

  trace(line: string): void {
    if (this.traces.length < TRACES_MAX) this.traces.push(`${this.nowMs} ${line}`)
  }

  /** What a node knows of the last block. */
  base(): RoundBase {
    const { block, height, runtime, committee, lastNormalRound } = this.chain
    return {
      header: block.header,
      consensusHeight: height,
      runtime,
      committee,
      nodes: this.nodes.map(({ member }) => member.node),
      genesisRound: 0n,
      lastNormalRound,
      roundResults: make(RoundResults, {}),
      inMessages: [],
    }
  }

  /** An epoch begins; without a committee the runtime is suspended. */
  beginEpoch(shift: number | undefined): void {
    this.epoch++
    const members = this.nodes.map(({ member }) => member)
    const committee = shift === undefined ? undefined : this.committeeOf(members, shift)
    this.#tell(this.chain.beginEpoch(committee))
  }

  #tick(): void {
    const commitments = this.#mempool
    this.#mempool = []
    this.#tell(this.chain.advance(commitments))
    this.after(BLOCK_MS, () => this.#tick())
  }

  #tell(events: readonly ChainEvent[]): void {
    const base = this.base()
    for (const node of this.nodes) {
      const delayMs = this.delay()
      for (const event of events) {
        this.after(delayMs, () => this.#tellOne(node, event, base))
      }
      const { consensusHeight: height } = base
      this.after(delayMs, () => {
        if (node.isUp) node.round({ kind: 'consensus-block', height, isEpochNext: false })
      })
    }
  }

  #tellOne(node: SimNode, event: ChainEvent, base: RoundBase): void {
    switch (event.kind) {
      case 'block':
        this.#deliver(node, base)
        return
      case 'commitment':
        node.round({ kind: 'commitment', commitment: event.commitment, seen: 'block' })
        return
      case 'discrepancy': {
        const { round, rank } = event
        node.round({ kind: 'discrepancy', round, rank, height: base.consensusHeight })
        return
      }
    }
  }

  #deliver(node: SimNode, base: RoundBase): void {
    if (!node.isUp) return
    node.round({ kind: 'new-block', base })
    const { round } = base.header
    this.after(this.delay(), () => {
      const known = node.state.round.base?.header
      if (known !== undefined && equalBytes(known.stateRoot, base.header.stateRoot)) {
        node.round({ kind: 'round-synced', round })
      }
    })
  }
}
