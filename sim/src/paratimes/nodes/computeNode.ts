/** A compute node of the simulation, with the workers of production. */

import { randomBelow } from '@wadi/base/random'
import { decode } from '@wadi/cbor/codec'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import { RUNTIME_PLACES } from '@wadi/contracts/runtime-places'
import { MemoryStore } from '@wadi/kv/memory-store'
import { Arena } from '@wadi/mkvs/arena'
import { readWhole, replaceFile } from '@wadi/node-storage/file-system'
import type { Submitter } from '@wadi/registration/submitter'
import { checkpointMethods } from '@wadi/runtime-protocol/peers/methods'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { hostedAnswers } from '@wadi/workers/hosted-answers'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { RuntimeWorker } from '@wadi/workers/runtime-worker'
import { VERSION } from '../chain/paratimeGenesis.ts'
import type { CheckpointMisdeed, MessageMisdeed } from '../plan/paratimeClasses.ts'
import type { ByzantineExecutor } from '../plan/paratimePlan.ts'
import type { NetLife, NetMember } from '../world/runtimeNet.ts'
import { directHost } from './directHost.ts'
import { DyingFiles } from './dyingFiles.ts'
import { fewerMessages } from './fewerMessages.ts'
import { checkpointReply, diffReply } from './liarsReply.ts'
import { LifeFiles, type UpkeepChoices } from './lifeFiles.ts'
import { nextVersionOf } from './nextVersion.ts'
import { NodeVersions } from './nodeVersions.ts'
import { type Life, SimProcess, type Surroundings } from './simProcess.ts'
import { VersionedHost } from './versionedHost.ts'

/** A transaction of the consensus layer that a node wants submitted. */
export type SubmittedCall = Parameters<Submitter['submit']>[1]

/** What becomes known of a node. */
export interface NodeWatch {
  /** Block and trees of a round are there. */
  synced(node: ComputeNode, paratime: number, round: bigint): void
  /** It says something to its committees. */
  published(node: ComputeNode, message: Uint8Array): void
  /** It does not serve what it has. */
  lied(node: ComputeNode): void
  /** It gives somebody a piece of a checkpoint. */
  gaveChunk(node: ComputeNode): void
  /** Its runtime does not take what it has to, or it offers what there is not. */
  misdid(misdeed: MessageMisdeed | CheckpointMisdeed): void
  submitted(node: ComputeNode, call: SubmittedCall): void
  /** Commitments are in the mempool. */
  committed(node: ComputeNode, paratime: number, commits: readonly ExecutorCommitment[]): void
}

/** What a node is given once. */
export interface ComputeNodeOptions extends Surroundings {
  readonly callMsMax: number
  readonly runtimes: readonly Runtime[]
  /** Numbers of the ParaTimes that get another version. */
  readonly upgraded: readonly number[]
  readonly byzantine: ByzantineExecutor | undefined
  readonly upkeep: UpkeepChoices
  readonly watch: NodeWatch
}

/** What runs in a life. */
interface Workers {
  readonly workers: (RuntimeWorker | undefined)[]
  /** Of those ParaTimes that get another version. */
  readonly hosts: VersionedHost[]
  readonly submitter: Submitter
  readonly answers: ReturnType<typeof hostedAnswers>
}

interface WorkerPlace {
  readonly life: Life
  readonly program: Workers
  readonly network: NetMember
  readonly submit: (paratime: number, call: SubmittedCall) => Promise<void>
}

/** Where a version of a ParaTime runs. */
interface HostPlace {
  readonly life: Life
  readonly arena: Arena
  readonly paratime: number
}

const RETRY_MS = 500

function folderOf(paratime: number): string {
  return `paratime${paratime}`
}

/** See the top of this file. */
export class ComputeNode extends SimProcess<Workers> {
  readonly #options: ComputeNodeOptions
  #rounds: readonly MemoryStore[]
  readonly versions: NodeVersions

  constructor(options: ComputeNodeOptions) {
    super(options)
    this.#options = options
    this.versions = new NodeVersions(options)
    this.#rounds = options.runtimes.map(() => new MemoryStore())
  }

  get isHonest(): boolean {
    return this.#options.byzantine === undefined
  }

  /** What runs of a ParaTime, if the node lives. */
  worker(paratime: number): RuntimeWorker | undefined {
    return this.program?.workers[paratime]
  }

  /** What the node answers of its ParaTimes, if it lives. */
  get answers(): Workers['answers'] | undefined {
    return this.program?.answers
  }

  /** The node gets an empty disk, onto which its operator copies what it has signed. */
  replaceDisk(): void {
    this.kill()
    const old = this.files
    old.kill()
    this.files = new DyingFiles()
    this.#rounds = this.#options.runtimes.map(() => new MemoryStore())
    for (const paratime of this.#options.runtimes.keys()) {
      const folder = folderOf(paratime)
      const path = `${folder}/${RUNTIME_PLACES.signed}`
      if (!old.exists(path)) continue
      replaceFile(this.files, folder, RUNTIME_PLACES.signed, [readWhole(old, path)])
    }
  }

  /** Has the node submit something, if it lives; told what came of it if it lives long enough. */
  submit(call: SubmittedCall, onOver: (error?: unknown) => void): void {
    this.whenAlive(({ submitter }) => {
      submitter.submit(this.signer, call).then(() => onOver(), onOver)
    })
  }

  /** Somebody's commitments are in the mempool. */
  hearCommitments(paratime: number, commits: readonly ExecutorCommitment[]): void {
    this.whenAlive(({ workers }) => {
      for (const commit of commits) workers[paratime]?.shell?.commitmentSeen(commit)
    })
  }

  protected applied({ workers, hosts, submitter }: Workers, height: bigint): void {
    for (const worker of workers) worker?.applied(height)
    for (const host of hosts) void host.applied(height)
    void this.versions.register((call) => submitter.submit(this.signer, call))
  }

  protected prepare(life: Life): Workers {
    const { ask } = life
    this.versions.forget()
    const workers: (RuntimeWorker | undefined)[] = []
    const { ids } = this.#options.chain.genesis
    const find = (id: (typeof ids)[number]) => workers[ids.indexOf(id)]?.hosted
    const submitter = this.submitterOf(life)
    return {
      workers,
      hosts: [],
      submitter,
      answers: hostedAnswers({ ask, isSynced: () => true, find }),
    }
  }

  protected async open(life: Life, program: Workers, network: NetMember): Promise<void> {
    const { submitter } = program
    const submit = async (paratime: number, call: SubmittedCall) => {
      const { bug, watch } = this.#options
      watch.submitted(this, call)
      if (bug?.losesCall?.(call) === true) return
      if (call.method === 'roothash.ExecutorCommit' && !this.spells.has('full-mempool'))
        watch.committed(this, paratime, decode(ExecutorCommit, call.body).commits ?? [])
      await submitter.submit(this.signer, call)
    }
    for (const paratime of this.#options.runtimes.keys())
      await this.#openWorker(paratime, { life, program, network, submit })
  }

  async #openWorker(paratime: number, place: WorkerPlace): Promise<void> {
    const { life, program, network, submit } = place
    const { chain, keys, byzantine, bug, watch, upkeep } = this.#options
    const { files } = this
    const { chainContext } = chain.genesis.network
    const runtimeId = chain.genesis.ids[paratime]!
    const worker = await RuntimeWorker.open({
      runtimeId,
      chainContext,
      ask: life.ask,
      network,
      world: { clock: life.time, timers: life.time, log: this.logger() },
      files: new LifeFiles(bug?.wrapFiles?.(files) ?? files, () => !this.isIn(life)),
      folder: folderOf(paratime),
      rounds: this.#rounds[paratime]!,
      retryMs: () => RETRY_MS,
      offer: 'sync',
      checkpoints: upkeep.checkpoints === undefined ? 'off' : 'wanted',
      upkeep: bug?.changeUpkeep?.(upkeep) ?? upkeep,
      executor: {
        config: {
          own: keys.node.publicKey,
          runtimeId,
          chainContext,
          rules: bug?.rules ?? this.rules,
          equivocation: 'report',
          arena: new Arena(),
        },
        host: (store) => this.#host(place, paratime, store),
        signer: this.signer,
        submit: (call) => submit(paratime, call),
        misdeedsIn: () => byzantine?.misdeeds ?? [],
      },
      onAvailability: () => {},
      onFatal: (error) => this.die(life, error),
    })
    if (!this.isIn(life)) return
    bug?.spoilStore?.(worker.store)
    program.workers[paratime] = worker
    worker.history.watchSeen(({ block }) => {
      if (this.isIn(life)) watch.synced(this, paratime, block.header.round)
    })
    worker.applied(life.height)
  }

  #host({ life, program }: WorkerPlace, paratime: number, store: RuntimeStore): HostedRuntime {
    const { runtimes, upgraded, chain, bug } = this.#options
    const runtime = runtimes[paratime]!
    const arena = new Arena()
    const hostOf = (version: Runtime) => this.#direct({ life, arena, paratime }, version, store)
    if (!upgraded.includes(paratime)) return hostOf(runtime)
    const host = new VersionedHost({
      id: chain.genesis.ids[paratime]!,
      ask: life.ask,
      versions: [hostOf({ ...runtime, version: VERSION }), hostOf(nextVersionOf(runtime))],
      has: (version) => this.versions.has(paratime, version),
      changeDue: bug?.changeDue,
    })
    program.hosts.push(host)
    return host
  }

  #direct({ life, arena, paratime }: HostPlace, own: Runtime, store: RuntimeStore): HostedRuntime {
    const { chain, random, callMsMax, bug, byzantine, watch } = this.#options
    const isLiar = byzantine?.takes === 'fewer-messages'
    const runtime = isLiar ? fewerMessages(own, () => watch.misdid('fewer-messages')) : own
    return directHost(
      {
        runtime: bug?.wrapRuntime?.(runtime) ?? runtime,
        id: chain.genesis.ids[paratime]!,
        chainContext: chain.genesis.network.chainContext,
        stateBefore: (height) => chain.stateBefore(height),
        timers: life.time,
        callMs: () => 1 + randomBelow(random, callMsMax) + this.costMs,
        arena,
      },
      store,
    )
  }

  protected readonly manners: Pick<NetLife, 'heard' | 'published' | 'reply'> = {
    heard: (message) => this.#options.bug?.changeMessage?.(message) ?? message,
    published: (message) => this.#options.watch.published(this, message),
    reply: (method, reply) => {
      const { byzantine, watch } = this.#options
      const { serves, offers } = byzantine ?? {}
      if (method === checkpointMethods.getCheckpointChunk.name) watch.gaveChunk(this)
      const diff = diffReply(serves, method, reply)
      if (diff !== reply) watch.lied(this)
      const said = checkpointReply(offers, method, diff)
      if (said !== diff && offers !== undefined) watch.misdid(offers)
      return said
    },
  }
}
