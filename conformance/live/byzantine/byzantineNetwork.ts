/**
 * A network of processes with a ParaTime for each of several liars. Honest nodes run all of them,
 * each liar runs its own; in the first epoch all committees are elected, every liar to its seat.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { assert, isTold } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { processClock } from '@wadi/compose/process-world'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  ExecutorParameters,
  type Runtime,
  RuntimeStakingParameters,
} from '@wadi/consensus/registry/runtime'
import type { ForceElectCommitteeRole } from '@wadi/consensus/scheduler'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { type Slash, SlashReason } from '@wadi/consensus/staking'
import { Channel } from '@wadi/grpc/channel'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { createDebugClient, createNodeClient, type NodeClient } from '@wadi/sdk/node-client'
import type { ByzantineCase } from './byzantineCases.ts'

const PROGRAM = join(import.meta.dirname, '../../../apps/node/src/main.ts')
const HONEST_NODES = 3
const WORKERS = 3
const BACKUP_WORKERS = 3
/** Of the validator, and of each node that runs runtimes. */
const PORTS_PER_WORKER = 2
/** So that a dozen processes on two processors keep up, also where these do other things. */
const BLOCK_MS = 1000n
/** In blocks: what honest nodes have to say is said by then, also on a busy machine. */
const ROUND_TIMEOUT = 10n
const TURN_NS = 4_000_000_000n
const PERCENT_LIVE = 60
/** Rounds with a result after which the workers are judged: of fewer, one would be enough. */
export const ROUNDS_JUDGED = 4n
/** What offences cost: sums that can be told apart, and that do not divide evenly. */
export const PENALTIES = { results: 1003n, equivocation: 2007n, liveness: 509n } as const
const REWARD_PERCENT = 40
const FROZEN_EPOCHS = 5n
const POLL_MS = 250
const BLOCKS_BEHIND_MAX = 2n
const EPOCH_WITHOUT_NODES = 1n
const EPOCH_OF_COMMITTEES = 2n
/** When workers are judged. */
export const EPOCH_AFTER = 3n
const MS_MAX = 300_000

/** A liar and its ParaTime. */
export interface Liar {
  readonly kind: ByzantineCase
  readonly paratime: KnownParatime
  readonly node: PublicKey
  readonly entity: PublicKey
  readonly process: NodeProcess
  /** Where it says what it does. */
  readonly logPath: string
}

/** See the top of this file. */
export class ByzantineNetwork implements AsyncDisposable {
  readonly genesis: NetworkGenesis
  readonly liars: readonly Liar[]
  readonly #honest: readonly NodeProcess[]
  readonly #folder: string
  /** The validator's first, then those of honest nodes, then the liars'. */
  readonly #sockets: readonly string[]

  private constructor(
    cases: readonly ByzantineCase[],
    genesis: NetworkGenesis,
    { folder, ports }: { readonly folder: string; readonly ports: readonly number[] },
  ) {
    const paratimes = cases.map(paratimeOf)
    const workerPorts = genesis.workers.map((_, i) => {
      const first = 1 + PORTS_PER_WORKER * i
      return { consensus: ports[first]!, p2p: ports[first + 1]! }
    })
    const folders = makeNetworkFolders({
      folder,
      network: genesis,
      ports: ports.slice(0, 1),
      workerPorts,
      paratimesOf: (worker) =>
        worker < HONEST_NODES ? paratimes : [paratimes[worker - HONEST_NODES]!],
    })
    const processes = folders.map((one) => new NodeProcess(PROGRAM, one))
    this.genesis = genesis
    this.#folder = folder
    this.#honest = processes.slice(0, 1 + HONEST_NODES)
    this.#sockets = folders.map(({ dataDir }) => join(dataDir, 'internal.sock'))
    this.liars = cases.map((kind, i) => {
      const { keys } = genesis.workers[HONEST_NODES + i]!
      const [node, entity] = [keys.node.publicKey, keys.entity.publicKey]
      const logPath = join(folders.at(i - cases.length)!.dataDir, 'node.log')
      return {
        kind,
        paratime: paratimes[i]!,
        node,
        entity,
        logPath,
        process: processes.at(i - cases.length)!,
      }
    })
  }

  /** Makes the folders; to be started. */
  static async create(cases: readonly ByzantineCase[]): Promise<ByzantineNetwork> {
    const genesis = genesisOf(cases)
    const ports = await freePorts(1 + PORTS_PER_WORKER * genesis.workers.length)
    const folder = mkdtempSync(join(tmpdir(), 'wadi-byzantine-'))
    return new ByzantineNetwork(cases, genesis, { folder, ports })
  }

  /** Where those who are honest can be asked, the validator first. */
  get targets(): readonly string[] {
    return this.#sockets.slice(0, 1 + HONEST_NODES).map(targetOf)
  }

  /** Asks the validator, or who is told. */
  async ask<T>(
    use: (client: NodeClient, channel: Channel) => Promise<T>,
    target: string = this.targets[0]!,
  ): Promise<T> {
    const channel = new Channel({ target, clock: processClock, timers: nodeTimers })
    try {
      return await use(createNodeClient(channel), channel)
    } finally {
      channel.close()
    }
  }

  /** Begins an epoch. */
  async setEpoch(epoch: bigint): Promise<void> {
    await this.ask((_, channel) => createDebugClient(channel).debugController.setEpoch(epoch))
  }

  /**
   * Starts all nodes, and begins the epoch in which they are elected. An epoch without anybody goes
   * before, so that round 3 is the first in which somebody has to do something.
   */
  async begin(): Promise<void> {
    const [validator, ...computing] = this.#honest
    validator!.start()
    await this.until('the validator makes blocks', async ({ consensus }) => {
      return (await consensus.getStatus()).latestHeight > 0n
    })
    await this.setEpoch(EPOCH_WITHOUT_NODES)
    for (const node of computing) node.start()
    for (const liar of this.liars) startLiar(liar)
    const count = BigInt(1 + this.genesis.workers.length)
    await this.until('all nodes register', async ({ registry }) => {
      const nodes = await registry.getNodes(0n)
      return BigInt(nodes.length) >= count
    })
    await this.#caughtUp()
    await this.setEpoch(EPOCH_OF_COMMITTEES)
  }

  /** Who is behind would see round 3 when it is over. */
  async #caughtUp(): Promise<void> {
    for (const target of this.#sockets.map(targetOf))
      await this.until(
        `${target} is where the validator is`,
        async ({ consensus }) => {
          const { latestHeight } = await consensus.getStatus()
          const known = await this.ask((client) => client.consensus.getStatus())
          return latestHeight + BLOCKS_BEHIND_MAX >= known.latestHeight
        },
        target,
      )
  }

  /** Asks again and again until something is so; nobody honest may end meanwhile. */
  async until(
    what: string,
    isSo: (client: NodeClient) => Promise<boolean>,
    target?: string,
  ): Promise<void> {
    const end = performance.now() + MS_MAX
    while (!(await this.ask((client) => isSo(client).catch(notYet), target))) {
      for (const node of this.#honest) node.checkAlive()
      assert(performance.now() < end, `within ${MS_MAX} ms: ${what}\n${this.#lastLines()}`)
      await sleep(POLL_MS)
    }
  }

  /** Whose a node is. */
  entityOf(node: PublicKey): PublicKey | undefined {
    return this.genesis.workers.find(({ keys }) => equalBytes(keys.node.publicKey, node))?.keys
      .entity.publicKey
  }

  #lastLines(): string {
    const nodes = [...this.#honest, ...this.liars.map(({ process }) => process)]
    return nodes.map((node) => `${node.address}\n${node.lastLines()}`).join('\n\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const nodes = [...this.#honest, ...this.liars.map(({ process }) => process)]
    await Promise.all(nodes.map((node) => node.kill()))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function targetOf(socket: string): string {
  return `unix:${socket}`
}

/** What a node does not answer is not so yet. */
function notYet(error: unknown): false {
  if (!isTold(error)) throw error
  return false
}

function startLiar({ kind, paratime, process }: Liar): void {
  const { mode, flags = [], seat } = kind
  const scheduling = seat === 'scheduler' ? ['--executor.primary_scheduler_expected'] : []
  process.start(
    ...['debug', 'byzantine', 'executor', '--executor.mode', mode],
    ...['--runtime_id', toHex(paratime.id), ...flags, ...scheduling],
  )
}

function paratimeOf({ name }: ByzantineCase): KnownParatime {
  const id = testNamespace(toUtf8(`byzantine ${name}`))
  return { name, id, version: { major: 0, minor: 0, patch: 0 }, module: 'keyvalue' }
}

/** The rank of a worker in round 3 is its index, where there are three of them. */
const SCHEDULER_INDEX = 0n
/** Two turns pass before it is asked for a proposal. */
const WORKER_INDEX = 2n

function genesisOf(cases: readonly ByzantineCase[]): NetworkGenesis {
  const options = {
    seed: 'byzantine',
    validators: 1,
    beacon: 'mock',
    timeoutCommitMs: BLOCK_MS,
    paratimes: {
      paratimes: cases.map(paratimeOf),
      computeNodes: HONEST_NODES + cases.length,
    },
  } as const
  const nodes = createNetworkGenesis(options).workers.map(({ keys }) => keys.node.publicKey)
  return createNetworkGenesis({
    ...options,
    change: (document) => withRules(document, cases, nodes),
  })
}

function withRules(
  document: GenesisDocument,
  cases: readonly ByzantineCase[],
  nodes: readonly PublicKey[],
): GenesisDocument {
  const { scheduler, registry } = document
  const debugForceElect = keyedMap(
    Namespace,
    cases.map((kind, i) => [paratimeOf(kind).id, seatsOf(kind, nodes, i)] as const),
  )
  const runtimes = registry.runtimes?.map((runtime) => {
    const kind = cases.find((one) => runtime && equalBytes(paratimeOf(one).id, runtime.id))
    return runtime && kind ? withPenalties(runtime, kind) : runtime
  })
  return {
    ...document,
    scheduler: { ...scheduler, params: { ...scheduler.params, debugForceElect } },
    registry: { ...registry, runtimes },
  }
}

/** The liar has its place; unless it is to be among them, backup workers are honest. */
function seatsOf({ seat }: ByzantineCase, nodes: readonly PublicKey[], liar: number) {
  const { worker, 'backup-worker': backup } = CommitteeRole.names
  const kind = CommitteeKind.names.executor
  const isBackup = seat === 'worker and backup worker'
  const index = seat === 'scheduler' ? SCHEDULER_INDEX : WORKER_INDEX
  const own = { kind, roles: isBackup ? [worker, backup] : [worker], index }
  const honest = isBackup ? [] : nodes.slice(0, BACKUP_WORKERS)
  const standsBy: ForceElectCommitteeRole = { kind, roles: [backup], index: 0n }
  return keyedMap<PublicKey, ForceElectCommitteeRole>(PublicKey, [
    ...honest.map((node) => [node, standsBy] as const),
    [nodes[HONEST_NODES + liar]!, own],
  ])
}

function withPenalties(runtime: Runtime, { allowedStragglers = 0 }: ByzantineCase): Runtime {
  const slash = (amount: bigint): Slash => {
    return { amount: quantity(amount), freezeInterval: FROZEN_EPOCHS }
  }
  const { names } = SlashReason
  return {
    ...runtime,
    executor: make(ExecutorParameters, {
      ...runtime.executor,
      groupSize: WORKERS,
      groupBackupSize: BACKUP_WORKERS,
      allowedStragglers,
      roundTimeout: ROUND_TIMEOUT,
      minLiveRoundsPercent: PERCENT_LIVE,
      minLiveRoundsEval: ROUNDS_JUDGED,
      maxLivenessFails: 1,
    }),
    txnScheduler: { ...runtime.txnScheduler, proposeBatchTimeout: TURN_NS },
    staking: make(RuntimeStakingParameters, {
      slashing: keyedMap<number, Slash>(SlashReason, [
        [names['runtime-incorrect-results'], slash(PENALTIES.results)],
        [names['runtime-equivocation'], slash(PENALTIES.equivocation)],
        [names['runtime-liveness'], slash(PENALTIES.liveness)],
      ]),
      rewardBadResults: REWARD_PERCENT,
      rewardEquivocation: REWARD_PERCENT,
    }),
  }
}
