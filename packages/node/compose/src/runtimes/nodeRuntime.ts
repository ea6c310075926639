/** One runtime of a node, put together: its stores, its worker, its programs, its registration. */

import { drawWaitMs } from '@wadi/base/backoff'
import { toHex } from '@wadi/base/bytes'
import type { Logger } from '@wadi/base/log'
import type { RuntimeStatus } from '@wadi/consensus/control/runtimeStatus'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { RuntimeEvent } from '@wadi/contracts/runtime-host'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { RUNTIME_PLACES, runtimeFolder } from '@wadi/contracts/runtime-places'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { printKeyName } from '@wadi/libp2p/peer-info'
import { Arena } from '@wadi/mkvs/arena'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { PublicKey } from '@wadi/primitives/publicKey'
import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import type { RolePlace } from '@wadi/registration/roles'
import type { Submitter } from '@wadi/registration/submitter'
import type { HostedProgram } from '@wadi/runtime-host/hosted-program'
import type { CallObserver } from '@wadi/runtime-host/metrics'
import { RuntimeNotices } from '@wadi/runtime-host/runtime-notices'
import type { VersionedRuntime } from '@wadi/runtime-host/versioned-runtime'
import { EnclaveCaller } from '@wadi/workers/enclave-caller'
import type { MisdeedsIn } from '@wadi/workers/misdeeds-in'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { type ExecutorOptions, RuntimeWorker } from '@wadi/workers/runtime-worker'
import type { NodeWorld } from '../createNode.ts'
import { HISTORY_RETRY_MS_FIRST, HISTORY_RETRY_MS_MAX } from '../limits.ts'
import { adoptStores } from './adoptStores.ts'
import { DueVersions } from './dueVersions.ts'
import { errors } from './errors.ts'
import { hostProgram, hostRuntime } from './hostRuntime.ts'
import { KeyManagerStatus } from './keyManagerStatus.ts'
import type { RuntimeProgram } from './programs.ts'
import type { RuntimeAsk, StateNow } from './runtimeAsk.ts'
import { RuntimeRole } from './runtimeRole.ts'
import { servicesOf } from './runtimeServices.ts'
import { runtimeStatusOf } from './runtimeStatus.ts'
import type { RuntimesConfig, RuntimeWish } from './runtimesConfig.ts'

/** What all runtimes of a node share. */
export interface RuntimeSurroundings {
  readonly config: RuntimesConfig
  readonly world: NodeWorld
  readonly chainContext: string
  readonly genesisHeight: bigint
  readonly rules: SignatureRules
  /** Signs what the node says as a member of committees. */
  readonly node: Signer
  readonly network: RuntimeNetwork
  readonly ask: RuntimeAsk
  readonly stateNow: StateNow
  readonly submitter: Submitter
  readonly calls: CallObserver
  /** What it does against the protocol, for tests of others. */
  readonly misdeedsIn?: MisdeedsIn | undefined
  readonly onFatal: (error: unknown) => void
}

/** One of them. */
export interface NodeRuntimeOptions extends RuntimeSurroundings {
  readonly wish: RuntimeWish
  /** None: the runtime is followed only. */
  readonly programs: readonly RuntimeProgram[]
  /** Undefined for a node that does not register for it. */
  readonly place: RolePlace | undefined
}

const RETRIES = { firstMs: HISTORY_RETRY_MS_FIRST, maxMs: HISTORY_RETRY_MS_MAX }

/** See the top of this file. */
export class NodeRuntime {
  readonly #options: NodeRuntimeOptions
  readonly #log: Logger
  readonly #stores: readonly DiskStore[]
  readonly #role: RuntimeRole | undefined
  readonly worker: RuntimeWorker
  readonly hosted: VersionedRuntime | undefined
  readonly #notices: RuntimeNotices | undefined
  readonly #unwatch: (() => void) | undefined
  readonly #due: DueVersions
  readonly #caller: EnclaveCaller
  readonly #keys: KeyManagerStatus | undefined
  readonly #host: Hosting['host'] | undefined
  #descriptor: Runtime | undefined

  private constructor(options: NodeRuntimeOptions, parts: OpenParts) {
    const { wish, place, world, config, ask, onFatal } = options
    this.#options = options
    this.#log = world.logger('runtime')
    this.#stores = parts.stores
    this.worker = parts.worker
    const { hosted, host } = parts.hosting ?? {}
    this.hosted = hosted
    this.#host = host
    this.#role = place && new RuntimeRole(wish.id, place)
    const { timers } = world
    this.#notices = hosted && new RuntimeNotices(hosted, { timers, log: this.#log, onBug: onFatal })
    this.#unwatch = hosted?.watch((event) => this.#hostChanged(event))
    this.#caller = parts.caller
    this.#keys = this.#notices && new KeyManagerStatus({ ask, notices: this.#notices, onFatal })
    this.#due = new DueVersions({
      id: wish.id,
      ask,
      hosted,
      preWarmEpochs: config.part === 'client' ? undefined : config.preWarmEpochs,
      log: this.#log,
      onDescriptor: (descriptor) => this.#described(descriptor),
      onFatal,
    })
  }

  /** Opens the stores; the program starts when it is known which version is due. */
  static async open(options: NodeRuntimeOptions): Promise<NodeRuntime> {
    const { wish, config, world, chainContext: chain } = options
    const folder = `${config.dataDir}/${runtimeFolder(wish.id)}`
    world.files.makeFolder(folder)
    adoptStores(world.files, folder, chain)
    const rounds = await DiskStore.open({ path: `${folder}/${RUNTIME_PLACES.history}`, chain })
    const local = await DiskStore.open({ path: `${folder}/${RUNTIME_PLACES.local}`, chain })
    let opened: NodeRuntime | undefined
    const onAvailability = (isAvailable: boolean) => opened?.readiness({ isAvailable })
    const caller = new EnclaveCaller({
      ...options,
      world: { ...world, log: world.logger('runtime') },
      onAvailability: (hasKeys) => opened?.readiness({ hasKeys }),
    })
    const parts = await openWorker(options, { folder, rounds, local, caller, onAvailability })
    opened = new NodeRuntime(options, { ...parts, caller, stores: [rounds, local] })
    opened.hosted?.start()
    return opened
  }

  get id() {
    return this.#options.wish.id
  }

  /** Versions that can be run here. */
  get versions(): readonly Version[] {
    return this.hosted?.versions ?? []
  }

  /** Another version is there: it starts when it is due, and the node registers for it. */
  add(program: RuntimeProgram): void {
    const { hosted } = this
    const which = `version ${printVersion(program.version)} of ${toHex(this.id)}`
    if (hosted === undefined || this.#host === undefined)
      throw errors.unwanted(`${which}: the node follows this runtime only, and runs none of it`)
    if (hosted.has(program.version)) throw errors.unwanted(`${which} is there already`)
    hosted.add(this.#host(program))
    this.readiness({})
  }

  /** What the node says of it. */
  get status(): RuntimeStatus {
    const { config, network, node, chainContext, stateNow } = this.#options
    const { hosted, versions, worker } = this
    const service = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.txsync, this.id)
    return runtimeStatusOf({
      state: stateNow(this.id),
      worker,
      node: PublicKey.check(node.publicKey),
      activeVersion: hosted?.version,
      runs: hosted && hosted.info !== undefined,
      hasKeys: this.#descriptor?.keyManager === undefined || this.#caller.isAvailable,
      versions,
      peers: network.peersOf(service).map(printKeyName),
      provisioner: config.provisioner,
    })
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    this.worker.applied(height)
    if (this.hosted?.info !== undefined) this.#notices?.consensusSync(height)
    this.#due.applied(height)
    this.#caller.applied(height)
    this.#keys?.applied(this.#descriptor?.keyManager, height)
  }

  /** Something of what has to be true before the node registers is true now, or is not any more. */
  readiness(change: Parameters<RuntimeRole['update']>[0]): void {
    const active = this.hosted?.version
    const isDue = (version: Version) =>
      active !== undefined && compareVersions(version, active) >= 0
    this.#role?.update(change, this.versions.filter(isDue))
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    this.#due.stop()
    this.#notices?.close()
    this.#unwatch?.()
    await Promise.all([this.worker.stop(), this.hosted?.stop(), this.#caller.stop()])
    await Promise.all(this.#stores.map((store) => store.close()))
  }

  #described(descriptor: Runtime): void {
    const { keyManager } = descriptor
    this.#descriptor = descriptor
    this.#caller.setKeyManager(keyManager)
    this.readiness({ hasKeys: keyManager === undefined || this.#caller.isAvailable })
  }

  #hostChanged(event: RuntimeEvent): void {
    const { part } = this.#options.config
    const info = this.hosted?.info
    if (event.kind === 'failed-to-start') {
      const { kind, detail } = event.fault
      this.#log.error('the runtime does not start', { runtime: toHex(this.id), kind, detail })
    }
    const canSchedule = info?.features.scheduleControl !== undefined
    this.readiness({ runs: info !== undefined && (part !== 'compute' || canSchedule) })
  }
}

interface OpenParts {
  readonly caller: EnclaveCaller
  readonly stores: readonly DiskStore[]
  readonly worker: RuntimeWorker
  /** Undefined where none is run. */
  readonly hosting: Hosting | undefined
}

interface Hosting {
  readonly hosted: VersionedRuntime
  /** Hosts another version as the others are. */
  readonly host: (program: RuntimeProgram) => HostedProgram
}

interface WorkerPlace {
  readonly folder: string
  readonly rounds: DiskStore
  readonly local: DiskStore
  readonly caller: EnclaveCaller
  readonly onAvailability: (isAvailable: boolean) => void
}

async function openWorker(
  options: NodeRuntimeOptions,
  { folder, rounds, local, caller, onAvailability }: WorkerPlace,
): Promise<Pick<OpenParts, 'worker' | 'hosting'>> {
  const { wish, config, world, chainContext, network, ask, programs, onFatal } = options
  const { clock, timers, random, files } = world
  const log = world.logger('runtime')
  let hosting: Hosting | undefined
  const host = (store: RuntimeStore) => {
    const fetchBatch = (limit: number) => worker.shell?.fetchBatch(limit) ?? []
    const services = servicesOf(options, { local, caller, store, fetchBatch })
    const hostWorld = { clock, timers, random, log, onBug: onFatal }
    const shared = { wish, chainContext, services, world: hostWorld, observer: options.calls }
    const hosted = hostRuntime({ ...shared, programs })
    hosting = { hosted, host: (program) => hostProgram(shared, program) }
    return hosted
  }
  const worker: RuntimeWorker = await RuntimeWorker.open({
    runtimeId: wish.id,
    chainContext,
    ask,
    network,
    world: { clock, timers, log, metrics: world.metrics },
    upkeep: config.upkeep,
    ...(config.indexedAtOnce !== undefined && { indexedAtOnce: config.indexedAtOnce }),
    files,
    folder,
    rounds,
    retryMs: (failures) => drawWaitMs(failures, RETRIES, random),
    offer: config.offer,
    checkpoints: config.checkpoints,
    ...(programs.length > 0 && { executor: executorOf(options, host) }),
    onAvailability,
    onFatal,
  })
  return { worker, hosting }
}

function executorOf(
  { wish, config, chainContext, rules, node, submitter, misdeedsIn }: NodeRuntimeOptions,
  host: ExecutorOptions['host'],
): ExecutorOptions {
  const own = PublicKey.check(node.publicKey)
  const runtimeId = wish.id
  const arena = new Arena()
  return {
    config: { own, runtimeId, chainContext, rules, equivocation: 'report', arena },
    pool: config.pool,
    host,
    signer: node,
    submit: (call) => submitter.submit(node, call),
    misdeedsIn,
  }
}
