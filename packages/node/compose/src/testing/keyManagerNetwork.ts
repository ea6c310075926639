/**
 * Key managers of a chain of ours: its registry has them, its rules say which secrets count, and
 * each node registers as nodes do. A block is a second.
 */

import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { PolicySgx, type SignedPolicySgx, Status } from '@wadi/consensus/keymanager'
import {
  AdmissionPolicy,
  ExecutorParameters,
  RUNTIME_KINDS,
  Runtime,
  RuntimeGovernanceModel,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { type Member, MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { MemoryStore } from '@wadi/kv/memory-store'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { askMethods } from '@wadi/registration/chain'
import { createRegistration, type Registration } from '@wadi/registration/registration'
import { Submitter } from '@wadi/registration/submitter'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import { KeyClient } from '@wadi/runtime-keymanager/keyClient'
import { KeyServer } from '@wadi/runtime-keymanager/keyServer'
import { KEY_MANAGER_ID, OPEN_POLICY } from '@wadi/runtime-keymanager/testing/testWorld'
import type { Ask } from '@wadi/workers/chain'
import { EnclaveCaller } from '@wadi/workers/enclave-caller'
import { KeyManagerWorker } from '@wadi/workers/key-manager-worker'
import { nodeServices } from '@wadi/workers/node-services'
import { createNetworkGenesis } from '../networkGenesis.ts'
import { type ValidatorKeys, validatorKeys } from '../networkKeys.ts'
import { consensusStates } from '../runtimes/runtimeAsk.ts'
import { converseWith, KeyServerHost } from './keyServerHost.ts'
import { OwnChain } from './ownChain.ts'

const SEED = 'keys'
const BLOCK_MS = 1000
const STEPS_PER_BLOCK = 4
const SECOND = 1_000_000_000n
const VERSION = { major: 0, minor: 0, patch: 0 }
const POLICY_SIGNERS = [0, 1].map((i) =>
  createTestSigner('node', `ekiden key manager test multisig key ${i}`),
)
export const EPOCH_BLOCKS = 12n
/** A runtime for tests, which may have a key manager without enclaves. */
export const RUNTIME_ID = Namespace.check(new Uint8Array(32).fill(0x80, 0, 1).fill(0x22, 8))

/** How a network begins. */
export interface KeyManagerNetworkOptions {
  readonly nodes: number
  /** Epochs after which there is a new master secret; none: there is one for ever. */
  readonly rotation?: bigint
  /** Has a node's transactions lost, if it says so. */
  readonly isLost?: (node: number, method: string) => boolean
}

/** A node that keeps secrets. */
export interface KeyManagerNode {
  readonly keys: ValidatorKeys
  readonly network: Member
  readonly host: KeyServerHost
  readonly caller: EnclaveCaller
  readonly worker: KeyManagerWorker
  readonly registration: Registration
  readonly local: MemoryStore
  readonly metrics: MetricsRegistry
  isDown: boolean
}

/** A node whose runtime has the key manager. */
export interface KeyAsker {
  readonly client: KeyClient
  readonly caller: EnclaveCaller
  readonly network: Member
  ask<T>(conversation: Parameters<typeof converseWith<T>>[1]): Promise<T>
}

/** What the owner allows: copies for everybody, and a new master secret after so many epochs. */
function signedPolicy(rotation: bigint): SignedPolicySgx {
  const policy = make(PolicySgx, {
    id: KEY_MANAGER_ID,
    enclaves: keyedMap(EnclaveIdentity, []),
    masterSecretRotationInterval: rotation,
  })
  const message = encode(PolicySgx, policy)
  const signatures = POLICY_SIGNERS.map((signer) => ({
    publicKey: PublicKey.check(signer.publicKey),
    signature: RawSignature.check(signer.sign(contextOf(contexts.keyManagerPolicy), message)),
  }))
  return { policy, signatures }
}

const GOVERNED = keyedMap(RuntimeGovernanceModel, [[RuntimeGovernanceModel.names.entity, true]])

function descriptors(): Runtime[] {
  const shared = {
    v: 3,
    entityId: validatorKeys(SEED, 0).entity.publicKey,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
  }
  const keyManager = { ...shared, id: KEY_MANAGER_ID, kind: RUNTIME_KINDS.keyManager }
  const runtime = {
    ...shared,
    id: RUNTIME_ID,
    kind: RUNTIME_KINDS.compute,
    keyManager: KEY_MANAGER_ID,
    executor: make(ExecutorParameters, { groupSize: 1, roundTimeout: 5n, maxMessages: 32 }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: SECOND,
      maxBatchSize: 100n,
      maxBatchSizeBytes: 100_000n,
      proposeBatchTimeout: SECOND,
    }),
  }
  return [make(Runtime, keyManager), make(Runtime, runtime)]
}

function genesisOf({ nodes, rotation }: KeyManagerNetworkOptions) {
  const policy = rotation === undefined ? undefined : signedPolicy(rotation)
  return createNetworkGenesis({
    seed: SEED,
    validators: nodes,
    epochBlocks: EPOCH_BLOCKS,
    change: (document) => ({
      ...document,
      registry: {
        ...document.registry,
        params: { ...document.registry.params, enableRuntimeGovernanceModels: GOVERNED },
        runtimes: descriptors(),
      },
      keymanager: {
        ...document.keymanager,
        statuses: [make(Status, { id: KEY_MANAGER_ID, policy })],
      },
    }),
  })
}

/** See the top of this file. */
export class KeyManagerNetwork {
  readonly chain: OwnChain
  readonly time = new VirtualTime()
  readonly net = new MemoryNetwork(this.time)
  readonly nodes: KeyManagerNode[] = []
  readonly fatal: unknown[] = []
  readonly log = new MemoryLog()
  readonly #askers: KeyAsker[] = []
  readonly #options: KeyManagerNetworkOptions
  readonly #genesis: ReturnType<typeof genesisOf>
  readonly #ask: Ask
  readonly #random = new SeededRandom(5n)

  constructor(options: KeyManagerNetworkOptions) {
    this.#options = options
    this.#genesis = genesisOf(options)
    this.chain = new OwnChain(this.#genesis, { isDebug: true })
    this.chain.isSynced = true
    const answers = askMethods(this.chain.api.methods)
    // No engine makes these blocks, so there is no light block of them.
    this.#ask = (async (name: never, question: never) => {
      if (name !== 'Consensus/GetLightBlock') return await answers(name, question)
      return make(LightBlock, { height: question === 0n ? this.chain.height : question })
    }) as unknown as Ask
    for (let i = 0; i < options.nodes; i++) this.open(i)
  }

  get chainContext(): string {
    return this.#genesis.chainContext
  }

  /** A node begins: with what it has kept, or, if it is to forget it, with nothing. */
  open(index: number, local = new MemoryStore()): KeyManagerNode {
    const keys = validatorKeys(SEED, index)
    const network = this.net.join(keys.p2p.publicKey)
    const caller = this.#callerOn(network)
    caller.setKeyManager(KEY_MANAGER_ID)
    const metrics = new MetricsRegistry()
    const submitter = this.#submitterOf()
    const registration = this.#registrationOf(keys, submitter)
    const host = this.#hostOf(keys, { caller, local })
    const worker = new KeyManagerWorker({
      runtimeId: KEY_MANAGER_ID,
      chainContext: this.#genesis.chainContext,
      nodeId: keys.node.publicKey,
      ask: this.#ask,
      network,
      host,
      submit: async (call) => {
        if (this.#options.isLost?.(index, call.method)) return
        await submitter.submit(keys.node.signer, call)
      },
      place: registration.addRole(ROLES['key-manager']),
      privatePeers: [],
      rules: signatureRules(forbidKeys([])),
      world: { ...this.#world(), metrics },
      retryMs: () => BLOCK_MS,
      onFatal: (error) => void this.fatal.push(error),
    })
    const parts = { keys, network, host, caller, worker, registration, local, metrics }
    const node = { ...parts, isDown: false }
    this.nodes[index] = node
    registration.start()
    worker.start()
    host.start()
    return node
  }

  /** A node ends at once; what it had in memory is gone. */
  async kill(index: number): Promise<void> {
    const node = this.nodes[index]!
    node.isDown = true
    node.network.isCutOff = true
    node.registration.stop()
    await Promise.all([node.worker.stop(), node.caller.stop(), node.host.stop()])
  }

  /** A node of somebody who runs the runtime that has the key manager. */
  asker(seed = 0): KeyAsker {
    const network = this.net.join(validatorKeys('askers', seed).p2p.publicKey)
    const caller = this.#callerOn(network)
    const services = this.#services(validatorKeys('askers', seed), caller, new MemoryStore())
    const { clock } = this.time
    const options = { policy: OPEN_POLICY, random: this.#random, clock }
    const client = new KeyClient(RUNTIME_ID, options)
    caller.setKeyManager(KEY_MANAGER_ID)
    const asker: KeyAsker = {
      client,
      caller,
      network,
      ask: (conversation) => converseWith({ services, timers: this.time }, conversation),
    }
    this.#askers.push(asker)
    return asker
  }

  /** Where the consensus layer says that the key manager stands. */
  async status(): Promise<Status> {
    const query = { id: KEY_MANAGER_ID, height: this.chain.height }
    return await this.#ask('KeyManager.Secrets/GetStatus', query)
  }

  async pass(blocks: number): Promise<void> {
    for (let block = 0; block < blocks; block++) {
      await this.chain.pass()
      this.#tell()
      for (let step = 0; step < STEPS_PER_BLOCK; step++) {
        this.time.advance(BLOCK_MS / STEPS_PER_BLOCK)
        await this.chain.settle()
      }
    }
  }

  /** Waits for an answer while blocks pass. */
  async during<T>(answer: Promise<T>): Promise<T> {
    let isOver = false
    const over = answer.finally(() => {
      isOver = true
    })
    over.catch(() => undefined)
    for (let block = 0; block < 100 && !isOver; block++) await this.pass(1)
    return await over
  }

  #tell(): void {
    const { height } = this.chain
    for (const { worker, caller, host, registration, isDown } of this.nodes) {
      if (isDown) continue
      host.server?.enclave.view.see(height)
      registration.applied(height)
      caller.applied(height)
      worker.applied(height)
    }
    for (const { caller, client } of this.#askers) {
      client.view.see(height)
      caller.applied(height)
    }
  }

  #world() {
    const log = createLogger('test', this.log.sink)
    return { clock: this.time.clock, timers: this.time, random: this.#random, log }
  }

  #submitterOf(): Submitter {
    return new Submitter({
      ask: askMethods(this.chain.api.methods),
      chainContext: this.#genesis.chainContext,
      config: { gasPrice: 0n, maxFee: 0n },
      world: this.#world(),
    })
  }

  #registrationOf({ entity, ...keys }: ValidatorKeys, submitter: Submitter): Registration {
    const files = new MemoryFiles()
    files.makeFolder('data')
    const { node, p2p, consensus, vrf, tls } = keys
    return createRegistration({
      world: { ...this.#world(), files, metrics: new MetricsRegistry() },
      ask: askMethods(this.chain.api.methods),
      submitter,
      signers: {
        node: node.signer,
        p2p: p2p.signer,
        consensus: consensus.signer,
        vrf: vrf.signer,
        tls: tls.signer,
      },
      owner: entity.publicKey,
      softwareVersion: '26.1',
      places: {
        consensus: async () => [{ id: p2p.publicKey, address: parseNodeAddress('1.1.1.1:26656') }],
        p2p: () => [parseNodeAddress('1.1.1.1:9200')],
      },
      dataDir: 'data',
      isValidator: true,
      onLeft: () => undefined,
      onFatal: (error) => void this.fatal.push(error),
    })
  }

  #callerOn(network: Member): EnclaveCaller {
    return new EnclaveCaller({
      ask: this.#ask,
      network,
      chainContext: this.#genesis.chainContext,
      world: this.#world(),
      onFatal: (error) => void this.fatal.push(error),
    })
  }

  #hostOf(
    keys: ValidatorKeys,
    { caller, local }: Pick<KeyManagerNode, 'caller' | 'local'>,
  ): KeyServerHost {
    const { clock } = this.time
    return new KeyServerHost({
      id: KEY_MANAGER_ID,
      begin: () =>
        new KeyServer(KEY_MANAGER_ID, {
          identity: insecureIdentity,
          policy: OPEN_POLICY,
          random: this.#random,
          clock,
        }),
      services: this.#services(keys, caller, local),
      timers: this.time,
    })
  }

  #services({ node }: ValidatorKeys, keyManager: EnclaveCaller, localStorage: MemoryStore) {
    return nodeServices({
      ask: this.#ask,
      consensusState: consensusStates(this.#ask as Parameters<typeof consensusStates>[0]),
      genesisHeight: 1n,
      localStorage,
      identity: {
        nodeId: node.publicKey,
        proveFreshness: () => Promise.reject(new UnavailableError('test.no', 'not here')),
      },
      keyManager,
    })
  }
}
