/**
 * A committee of compute nodes whose consensus layer is in memory: histories, stores, networks and
 * machines are those of a node. Time passes when a test says so.
 */

import { assert, UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, make, zero } from '@wadi/cbor/codec'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { errors as consensus } from '@wadi/consensus/consensus/errors'
import { RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import type { Block } from '@wadi/consensus/roothash/block'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { Event } from '@wadi/consensus/roothash/events'
import { Evidence, ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { type Member, MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { MemoryStore } from '@wadi/kv/memory-store'
import { Arena } from '@wadi/mkvs/arena'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { Misdeed } from '@wadi/runtime-executor/byzantine/misdeeds'
import { type ChainEvent, TestChain } from '@wadi/runtime-executor/testing/chain'
import {
  CHAIN_CONTEXT,
  RULES,
  RUNTIME_ID,
  type TestMember,
  type TestRuntimeOptions,
  testCommittee,
  testMember,
  testRuntime,
} from '@wadi/runtime-executor/testing/test-network'
import type { Ask } from '../chain.ts'
import type { HostedParts } from '../client/hostedAnswers.ts'
import type { ExecutorShell, MethodCall } from '../executor/executorShell.ts'
import type { RoundHistory } from '../history/roundHistory.ts'
import { RuntimeWorker } from '../runtimeWorker.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'
import type { UpkeepChoices } from '../sync/storeUpkeep.ts'
import { toyHost } from './toyHost.ts'

const BLOCK_MS = 1000
const STEP_MS = 50
const TURNS_PER_STEP = 6

/** A compute node. */
export interface TestNode {
  readonly member: TestMember
  readonly network: Member
  readonly history: RoundHistory
  readonly store: RuntimeStore
  readonly worker: RuntimeWorker
  readonly shell: ExecutorShell
  readonly hosted: HostedParts
  isDown: boolean
  readonly files: MemoryFiles
  readonly rounds: MemoryStore
  readonly metrics: MetricsRegistry
}

/** How a world begins. */
export interface CommitteeWorldOptions {
  readonly workers: number
  readonly backupWorkers?: number
  /** Nodes that are in no committee. */
  readonly others?: number
  readonly misdeeds?: Readonly<Record<number, readonly Misdeed[]>>
  /** What of the runtime's descriptor is not as usual. */
  readonly runtime?: TestRuntimeOptions
  /** What nodes make and drop. */
  readonly upkeep?: UpkeepChoices
  /** Is the transaction that a node submits lost? Then it is told so, or it is not. */
  readonly fateOf?: (node: number) => 'taken' | 'lost' | 'refused'
}

/** See the top of this file. */
export class CommitteeWorld {
  readonly time = new VirtualTime()
  readonly chain: TestChain
  readonly nodes: TestNode[] = []
  readonly fatal: unknown[] = []
  readonly evidence: Evidence[] = []
  readonly #network = new MemoryNetwork(this.time)
  readonly #members: readonly TestMember[]
  readonly #states = new Map<bigint, RuntimeState>()
  readonly #events = new Map<bigint, readonly Event[]>()
  readonly #genesis: Block
  #mempool: ExecutorCommitment[] = []
  readonly #options: CommitteeWorldOptions

  private constructor(options: CommitteeWorldOptions) {
    const { workers, backupWorkers = 0, others = 0 } = options
    this.#options = options
    const count = workers + backupWorkers + others
    this.#members = Array.from({ length: count }, (_, i) => testMember(i))
    const ids = this.#members.map(({ id }) => id)
    const committee = testCommittee(
      ids.slice(0, workers),
      ids.slice(workers, workers + backupWorkers),
    )
    this.chain = new TestChain(testRuntime(options.runtime), committee)
    this.#genesis = this.chain.block
    this.#keepState([])
  }

  static async open(options: CommitteeWorldOptions): Promise<CommitteeWorld> {
    const world = new CommitteeWorld(options)
    for (let i = 0; i < world.#members.length; i++) await world.#openNode(i)
    world.#tellHeight()
    world.time.after(BLOCK_MS, () => world.#tick())
    return world
  }

  /** Lets so much time pass; everything that needs none happens meanwhile. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.time.advance(STEP_MS)
      for (let turn = 0; turn < TURNS_PER_STEP; turn++)
        await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** A node ends at once, and nothing that it did not keep is left of it. */
  async kill(index: number): Promise<void> {
    const node = this.nodes[index]!
    node.isDown = true
    node.network.isCutOff = true
    await node.worker.stop()
  }

  /** A node that was killed comes back with what it has kept. */
  async restart(index: number): Promise<void> {
    await this.#openNode(index, this.nodes[index])
    this.#tellHeight()
  }

  /** A node that was killed comes back with an empty disk. */
  async replace(index: number): Promise<void> {
    await this.#openNode(index)
    this.#tellHeight()
  }

  async #openNode(index: number, before?: TestNode): Promise<void> {
    const member = this.#members[index]!
    const { files, rounds } = before ?? { files: new MemoryFiles(), rounds: new MemoryStore() }
    files.makeFolder('node')
    const { time, ask } = this
    const metrics = new MetricsRegistry()
    const network = this.#network.join(member.node.p2p.id)
    const identity = { runtimeId: RUNTIME_ID, chainContext: CHAIN_CONTEXT }
    const worker = await RuntimeWorker.open({
      ...identity,
      ask,
      network,
      world: { clock: time.clock, timers: time, log: createLogger('test', SILENT), metrics },
      files,
      folder: 'node',
      rounds,
      retryMs: () => BLOCK_MS,
      offer: 'sync',
      checkpoints: 'wanted',
      upkeep: this.#options.upkeep ?? {},
      executor: {
        config: {
          ...identity,
          own: member.id,
          rules: RULES,
          equivocation: 'report',
          arena: new Arena(),
        },
        host: toyHost,
        signer: member.signer,
        submit: async (call) => this.#submit(index, call),
        misdeedsIn: () => this.#options.misdeeds?.[index] ?? [],
      },
      onAvailability: () => {},
      onFatal: (error) => void this.fatal.push(error),
    })
    const { history, store, shell, hosted } = worker
    assert(shell !== undefined && hosted !== undefined, 'a compute node takes part in rounds')
    this.nodes[index] = {
      member,
      network,
      worker,
      history,
      store,
      shell,
      hosted,
      files,
      rounds,
      metrics,
      isDown: false,
    }
    worker.applied(this.chain.height)
    while (!history.isReady) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Zero is the last height. */
  #stateAt(height: bigint): RuntimeState {
    return this.#states.get(height === 0n ? this.chain.height : height) ?? unknownHeight()
  }

  #submit(node: number, { method, body }: MethodCall): void {
    const fate = this.#options.fateOf?.(node) ?? 'taken'
    if (fate === 'refused') throw new UnavailableError('test.full', 'the mempool is full')
    if (fate === 'lost') return
    if (method === 'roothash.Evidence') this.evidence.push(decode(Evidence, body))
    else {
      const { commits = [] } = decode(ExecutorCommit, body)
      this.#mempool.push(...commits)
      for (const { shell, isDown } of this.nodes)
        if (!isDown) for (const commit of commits) shell.commitmentSeen(commit)
    }
  }

  #tick(): void {
    const commitments = this.#mempool
    this.#mempool = []
    this.#keepState(this.chain.advance(commitments))
    this.#tellHeight()
    this.time.after(BLOCK_MS, () => this.#tick())
  }

  #tellHeight(): void {
    const { height } = this.chain
    for (const { worker, isDown } of this.nodes) if (!isDown) worker.applied(height)
  }

  #keepState(events: readonly ChainEvent[]): void {
    const { height, runtime, committee, block, lastNormalRound } = this.chain
    const before = this.#states.get(height - 1n)
    const isNew = before === undefined || before.lastBlock !== block
    this.#states.set(height, {
      ...zero(RuntimeState),
      runtime,
      genesisBlock: this.#genesis,
      lastBlock: block,
      lastBlockHeight: isNew ? height : before.lastBlockHeight,
      lastNormalRound,
      ...(committee && { committee }),
    })
    this.#events.set(height, events.flatMap(toEvent))
  }

  readonly ask = (async (name: string, question: unknown) => {
    switch (name) {
      case 'Consensus/GetLastRetainedHeight':
        return 1n
      case 'RootHash/GetRuntimeState':
        return this.#stateAt((question as { readonly height: bigint }).height)
      case 'RootHash/GetLastRoundResults':
        return make(RoundResults, {})
      case 'RootHash/GetIncomingMessageQueue':
        return []
      case 'RootHash/GetEvents':
        return this.#events.get(question as bigint) ?? []
      case 'Registry/GetNodes':
        return this.#members.map(({ node }) => node)
      case 'Beacon/GetEpoch':
        return this.chain.committee?.validFor ?? 1n
      case 'Beacon/GetFutureEpoch':
        return undefined
      case 'Consensus/GetLightBlock':
        return zero(LightBlock)
      default:
        throw new TypeError(`nobody answers ${name}`)
    }
  }) as unknown as Ask
}

function unknownHeight(): never {
  throw consensus.versionNotFound()
}

function toEvent(event: ChainEvent): Event[] {
  if (event.kind === 'commitment') {
    const committed = { commit: event.commitment }
    return [make(Event, { runtimeId: RUNTIME_ID, executorCommitted: committed })]
  }
  if (event.kind === 'discrepancy') {
    const { round, rank } = event
    const discrepancy = { round, rank, timeout: false }
    return [make(Event, { runtimeId: RUNTIME_ID, executionDiscrepancy: discrepancy })]
  }
  return []
}
