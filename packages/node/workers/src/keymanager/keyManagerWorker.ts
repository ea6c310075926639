/**
 * What a node does that keeps secrets of runtimes: it has its enclave make and take them as epochs
 * go by, registers with what the enclave says, and lets others call it who may.
 */

import { parseHex, toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import { encode, make } from '@wadi/cbor/codec'
import { KeymanagerState, KeymanagerStatus } from '@wadi/consensus/control/keymanagerStatus'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
  type Status,
} from '@wadi/consensus/keymanager'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { HostedRuntime, RuntimeEvent } from '@wadi/contracts/runtime-host'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { printKeyName } from '@wadi/libp2p/peer-info'
import { servePeers } from '@wadi/libp2p/serve-peers'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Node, NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { parsePeerId } from '@wadi/primitives/peerId'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  type AccessSources,
  accessListOf,
  checkAccess,
  clientRuntimes,
} from '@wadi/runtime-keymanager/worker/access'
import type { SecretsEffect } from '@wadi/runtime-keymanager/worker/effect'
import type { SecretKind, SecretsInput } from '@wadi/runtime-keymanager/worker/input'
import { type SecretsState, startSecrets } from '@wadi/runtime-keymanager/worker/secretsState'
import { stepSecrets } from '@wadi/runtime-keymanager/worker/step'
import { keyManagerMethods } from '@wadi/runtime-protocol/peers/methods'
import type { Ask } from '../chain.ts'
import type { MethodCall } from '../executor/executorShell.ts'
import { ENCLAVE_CALL_MS_MAX } from '../limits.ts'
import { NamedTimers } from '../shells/namedTimers.ts'
import { RunningMachine } from '../shells/runningMachine.ts'
import { LocalEnclave } from './localEnclave.ts'
import { SecretsRecord } from './secretsRecord.ts'
import { SecretsWatch } from './secretsWatch.ts'

/** The place of the key manager in what its node registers. */
export interface DescriptorPlace {
  /** `registered` is called when the node has been registered with what `describe` adds. */
  ready(describe: (descriptor: Node) => Node, registered?: () => void): void
  notReady(): void
}

/** What a worker is made of. */
export interface KeyManagerWorkerOptions {
  /** The key manager's. */
  readonly runtimeId: Namespace
  readonly chainContext: string
  /** The node's own key. */
  readonly nodeId: PublicKey
  readonly ask: Ask
  readonly network: Pick<RuntimeNetwork, 'serve' | 'setImportant'>
  /** Is started and stopped by whoever gives it; it may ask for what `nodeServices` has. */
  readonly host: HostedRuntime
  /** Signs and submits in the name of the node; done when it is in a block. */
  readonly submit: (call: MethodCall) => Promise<unknown>
  readonly place: DescriptorPlace
  /** Who may always call the enclave, by their keys in the network. */
  readonly privatePeers: readonly PublicKey[]
  readonly rules: SignatureRules
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly random: RandomSource
    readonly log: Logger
    readonly metrics: MetricsRegistry
  }
  /** How long it waits after so many failures in a row. */
  readonly retryMs: (failures: number) => number
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class KeyManagerWorker {
  readonly #options: KeyManagerWorkerOptions
  readonly #machine: RunningMachine<SecretsState, SecretsInput, SecretsEffect>
  readonly #watch: SecretsWatch
  readonly #enclave: LocalEnclave
  readonly #timers: NamedTimers
  readonly #privatePeers: ReadonlySet<string>
  readonly #record: SecretsRecord
  #clients: readonly Namespace[] = []
  #list: ReturnType<typeof accessListOf> = new Map()
  /** What the enclave said last, encoded. */
  #extraInfo: Uint8Array | undefined
  #unwatch: (() => void) | undefined

  constructor(options: KeyManagerWorkerOptions) {
    const { nodeId, host, rules, world, privatePeers, runtimeId, onFatal } = options
    this.#options = options
    this.#timers = new NamedTimers(world.timers)
    this.#enclave = new LocalEnclave(host, rules)
    this.#privatePeers = new Set(privatePeers.map(toHex))
    this.#record = new SecretsRecord(world.metrics, runtimeId)
    this.#machine = new RunningMachine({
      start: startSecrets(nodeId),
      step: stepSecrets,
      carryOut: (effect) => this.#carryOut(effect),
      onFatal,
    })
    this.#watch = new SecretsWatch({
      ...world,
      ask: options.ask,
      keyManagerId: runtimeId,
      tell: (seen) => {
        this.#record.seen(seen)
        this.#machine.give(seen)
      },
      tellAccess: (sources, descriptor) => this.#takeAccess(sources, descriptor),
      onFatal,
    })
  }

  /** Begins to keep secrets, and to answer. */
  start(): void {
    const { network, chainContext, runtimeId, host, onFatal } = this.#options
    const protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.keymanager, runtimeId)
    servePeers(network, protocol, {
      methods: keyManagerMethods,
      answers: { callEnclave: (call, from) => this.#callEnclave(call, from) },
      onFatal,
    })
    this.#unwatch = host.watch((event) => this.#hostChanged(event))
    if (host.info !== undefined) this.#hostChanged({ kind: 'started', info: host.info })
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    this.#watch.applied(height)
  }

  /** The machine as it is: for people. */
  get state(): SecretsState {
    return this.#machine.state
  }

  /** Ends it; what is under way is left alone. */
  async stop(): Promise<void> {
    this.#machine.stop()
    this.#record.stopped()
    this.#unwatch?.()
    this.#timers.cancelAll()
    await this.#watch.stop()
  }

  /** The status of the node's part that this is. */
  get status(): KeymanagerStatus {
    const { host, runtimeId, privatePeers } = this.#options
    const { isReady, status } = this.#machine.state
    const { starting, ready, stopped } = KeymanagerState.names
    const running = isReady ? ready : starting
    return make(KeymanagerStatus, {
      status: this.#machine.isStopped ? stopped : running,
      activeVersion: host.version,
      runtimeId,
      clientRuntimes: this.#clients,
      accessList: [runtimeId, ...this.#clients].map((id) => ({
        runtimeId: id,
        peers: this.#peersOf(id),
      })),
      secrets: {
        status,
        worker: { ...this.#record.worker, privatePeers: privatePeers.map(peerIdOf) },
      },
    })
  }

  /** Who may ask for what is of a runtime, by their names in the network. */
  #peersOf(id: Namespace): readonly Uint8Array[] {
    const runtime = toHex(id)
    const peers = [...this.#list].filter(([, runtimes]) => runtimes.has(runtime))
    return peers.map(([key]) => peerIdOf(PublicKey.check(parseHex(key))))
  }

  #registered(): void {
    this.#record.registered(BigInt(Math.floor(this.#options.world.clock.unixMs() / 1000)))
    this.#machine.give({ kind: 'registered' })
  }

  #takeAccess(sources: AccessSources, descriptor: Runtime | undefined): void {
    const { network, runtimeId } = this.#options
    this.#list = accessListOf(sources)
    this.#clients = clientRuntimes(sources).map(({ id }) => id)
    this.#record.clients(this.#clients)
    this.#enclave.teeHardware = descriptor?.teeHardware ?? TEE_HARDWARE.invalid
    const own = toHex(runtimeId)
    const others = sources.nodes.filter(({ p2p }) => this.#list.get(toHex(p2p.id))?.has(own))
    network.setImportant(
      'keymanager',
      runtimeId,
      others.map(({ p2p }) => p2p.id),
    )
  }

  #hostChanged(event: RuntimeEvent): void {
    switch (event.kind) {
      case 'started':
        this.#register()
        this.#machine.give({ kind: 'enclave', isUp: true })
        return
      case 'updated':
        this.#register()
        return
      case 'stopped':
      case 'failed-to-start':
        this.#options.place.notReady()
        this.#machine.give({ kind: 'enclave', isUp: false })
        return
      case 'versions-changed':
        return
    }
  }

  /** What the enclave said does not keep the node from registering: others wait for its keys. */
  #register(registered?: () => void): void {
    const { place, host, runtimeId: id } = this.#options
    const { version, capabilityTee: tee } = host
    if (version === undefined) return
    const extraInfo = this.#extraInfo
    const added = make(NodeRuntime, { id, version, capabilities: { tee }, extraInfo })
    place.ready((node) => ({ ...node, runtimes: [...(node.runtimes ?? []), added] }), registered)
  }

  #carryOut(effect: SecretsEffect): void {
    const { retryMs } = this.#options
    switch (effect.kind) {
      case 'init':
        void this.#attempt('the enclave is not ready', this.#init(effect.status)).then((done) => {
          this.#machine.give({ kind: 'initialized', response: done?.value })
        })
        return
      case 'load-master':
        this.#load('master', effect.id, this.#loadMaster(effect.secret))
        return
      case 'load-ephemeral':
        this.#load('ephemeral', effect.id, this.#loadEphemeral(effect.secret))
        return
      case 'generate-master':
        this.#generate('master', effect.epoch, this.#makeMaster(effect.generation, effect.epoch))
        return
      case 'generate-ephemeral':
        this.#generate('ephemeral', effect.epoch, this.#makeEphemeral(effect.epoch))
        return
      case 'register':
        this.#extraInfo = encode(SignedInitResponse, effect.response)
        this.#register(() => this.#registered())
        return
      case 'retry-init': {
        const again = () => this.#machine.give({ kind: 'timeout' })
        this.#timers.set('init', retryMs(effect.failures), again)
      }
    }
  }

  #load(what: SecretKind, id: number, work: Promise<void>): void {
    void this.#attempt(`the enclave did not take the ${what} secret`, work).then((done) => {
      const outcome = done === undefined ? 'failed' : 'loaded'
      this.#machine.give({ kind: 'loaded', what, id, outcome })
    })
  }

  #generate(what: SecretKind, epoch: bigint, work: Promise<void>): void {
    void this.#attempt(`the ${what} secret was not published`, work).then((done) => {
      const outcome = done === undefined ? 'failed' : 'published'
      this.#machine.give({ kind: 'generated', what, epoch, outcome })
    })
  }

  async #init(status: Status): Promise<SignedInitResponse> {
    const said = await this.#enclave.init(status)
    this.#record.initialized(status, said)
    return said
  }

  async #loadMaster(secret: SignedEncryptedMasterSecret): Promise<void> {
    await this.#enclave.loadMaster(secret)
    this.#record.loadedMaster(secret)
  }

  async #loadEphemeral(secret: SignedEncryptedEphemeralSecret): Promise<void> {
    await this.#enclave.loadEphemeral(secret)
    this.#record.loadedEphemeral(secret)
  }

  async #makeMaster(generation: bigint, epoch: bigint): Promise<void> {
    const secret = await this.#enclave.generateMaster(generation, epoch)
    const body = encode(SignedEncryptedMasterSecret, secret)
    await this.#options.submit({ method: 'keymanager.PublishMasterSecret', body })
    this.#record.generatedMaster(secret)
  }

  async #makeEphemeral(epoch: bigint): Promise<void> {
    const secret = await this.#enclave.generateEphemeral(epoch)
    const body = encode(SignedEncryptedEphemeralSecret, secret)
    await this.#options.submit({ method: 'keymanager.PublishEphemeralSecret', body })
    this.#record.generatedEphemeral(secret)
  }

  /** A call of another node. */
  async #callEnclave(
    { data: request, kind }: { readonly data: Uint8Array; readonly kind: number },
    from: PublicKey,
  ): Promise<{ readonly data: Uint8Array }> {
    const { runtimeId: keyManagerId, host } = this.#options
    const { isReady, status } = this.#machine.state
    this.#record.called(keyManagerMethods.callEnclave.name)
    const { teeHardware } = this.#enclave
    const access = { keyManagerId, isReady, status, teeHardware, list: this.#list }
    const rules = { ...access, privatePeers: this.#privatePeers }
    checkAccess(rules, { kind, data: request }, from)
    const peerId = peerIdOf(from)
    const call = { kind: 'RuntimeRPCCallRequest', body: { request, kind, peerId } } as const
    const { body } = await host.call(call, { deadlineMs: ENCLAVE_CALL_MS_MAX })
    return { data: body.response }
  }

  /** What did not work is logged, and undefined; a fault of ours ends it all. */
  async #attempt<T>(failure: string, work: Promise<T>): Promise<{ value: T } | undefined> {
    try {
      return { value: await work }
    } catch (error) {
      if (isTold(error)) this.#options.world.log.warn(failure, { why: error.message })
      else this.#machine.fail(error)
      return undefined
    }
  }
}

function peerIdOf(key: PublicKey): Uint8Array {
  return parsePeerId(printKeyName(key))
}
