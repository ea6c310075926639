/**
 * Compute nodes of a chain of ours: its registry has the runtime, its scheduler elects them, its
 * roothash decides what they agree on.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, type LogSink, SILENT } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { LightBlock } from '@wadi/consensus/consensus/block'
import {
  AdmissionPolicy,
  ExecutorParameters,
  Runtime,
  RuntimeGovernanceModel,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { CommitteeKind } from '@wadi/consensus/scheduler/committee'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import { readExisting } from '@wadi/consensus-services/kernel/state'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { MemoryStore } from '@wadi/kv/memory-store'
import { Arena } from '@wadi/mkvs/arena'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { multiSignValue } from '@wadi/primitives/envelope'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { askMethods } from '@wadi/registration/chain'
import { Submitter } from '@wadi/registration/submitter'
import { RUNTIME_ID as runtimeId } from '@wadi/runtime-executor/testing/test-network'
import { membersOf } from '@wadi/runtime-protocol/committee'
import type { Ask } from '@wadi/workers/chain'
import { RuntimeWorker } from '@wadi/workers/runtime-worker'
import { toyHost } from '@wadi/workers/testing/toy-host'
import { createNetworkGenesis } from '../networkGenesis.ts'
import { type ValidatorKeys, validatorKeys } from '../networkKeys.ts'
import { OwnChain } from './ownChain.ts'

const NODES = 4
const SEED = 'rounds'
const BLOCK_MS = 1000
const STEPS_PER_BLOCK = 10
const SECOND = 1_000_000_000n
const VERSION = { major: 0, minor: 0, patch: 0 }

const GOVERNED = keyedMap(RuntimeGovernanceModel, [[RuntimeGovernanceModel.names.entity, true]])

/** Three of four nodes are workers, the other stands in for them. */
function descriptor(): Runtime {
  return make(Runtime, {
    v: 3,
    id: runtimeId,
    entityId: validatorKeys(SEED, 0).entity.publicKey,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: 1,
    executor: make(ExecutorParameters, {
      groupSize: 3,
      groupBackupSize: 2,
      roundTimeout: 5n,
      maxMessages: 32,
    }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: 3n * SECOND,
      maxBatchSize: 100n,
      maxBatchSizeBytes: 100_000n,
      proposeBatchTimeout: 3n * SECOND,
    }),
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
  })
}

/** The descriptor of a validator that also computes. */
function computeNode(given: Node): Node {
  const runtime = make(NodeRuntime, { id: runtimeId, version: VERSION })
  return { ...given, roles: given.roles | ROLES.compute, runtimes: [runtime] }
}

function keysOf(id: Uint8Array): ValidatorKeys {
  const all = Array.from({ length: NODES }, (_, i) => validatorKeys(SEED, i))
  const found = all.find(({ node }) => equalBytes(node.publicKey, id))
  assert(found !== undefined, 'a node of another network')
  return found
}

const network = createNetworkGenesis({
  seed: SEED,
  validators: NODES,
  epochBlocks: 20n,
  change: (document) => ({
    ...document,
    registry: {
      ...document.registry,
      params: { ...document.registry.params, enableRuntimeGovernanceModels: GOVERNED },
      runtimes: [descriptor()],
      nodes: (document.registry.nodes ?? []).map((signed) => {
        const node = computeNode(decode(Node, signed!.untrustedRawValue))
        const { entity: _, ...own } = keysOf(node.id)
        const signers = Object.values(own).map(({ signer }) => signer)
        return multiSignValue(signers, contextOf(contexts.registerNode), Node, node)
      }),
    },
  }),
})

/** The chain, and compute nodes that are told of its blocks; a block is a second. */
export class OwnRounds {
  readonly chain: OwnChain
  readonly time = new VirtualTime()
  readonly net = new MemoryNetwork(this.time)
  readonly workers: RuntimeWorker[] = []
  readonly fatal: unknown[] = []

  /** The sink hears what the application says. */
  constructor(sink: LogSink = SILENT) {
    this.chain = new OwnChain(network, { logger: createLogger('application', sink) })
  }

  async open(): Promise<this> {
    this.chain.isSynced = true
    for (const keys of network.validators) this.workers.push(await this.#openWorker(keys))
    return this
  }

  async #openWorker({ node, p2p }: ValidatorKeys): Promise<RuntimeWorker> {
    const { chainContext } = network
    const { time } = this
    const files = new MemoryFiles()
    files.makeFolder('node')
    const log = createLogger('test', SILENT)
    const world = { clock: time.clock, timers: time, log }
    const answers = askMethods(this.chain.api.methods)
    const random = new SeededRandom(1n)
    const config = { gasPrice: 0n, maxFee: 0n }
    const submitter = new Submitter({
      ask: answers,
      chainContext,
      config,
      world: { ...world, random },
    })
    // No engine makes these blocks, so there is no light block of them.
    const ask = (async (name: never, question: never) =>
      name === 'Consensus/GetLightBlock'
        ? zero(LightBlock)
        : await answers(name, question)) as unknown as Ask
    return await RuntimeWorker.open({
      runtimeId,
      chainContext,
      ask,
      network: this.net.join(p2p.publicKey),
      world,
      files,
      folder: 'node',
      rounds: new MemoryStore(),
      retryMs: () => BLOCK_MS,
      offer: 'sync',
      checkpoints: 'off',
      executor: {
        config: {
          own: node.publicKey,
          runtimeId,
          chainContext,
          rules: signatureRules(forbidKeys([])),
          equivocation: 'report',
          arena: new Arena(),
        },
        host: toyHost,
        signer: node.signer,
        submit: (call) => submitter.submit(node.signer, call),
      },
      onAvailability: () => {},
      onFatal: (error) => void this.fatal.push(error),
    })
  }

  async pass(blocks: number): Promise<void> {
    for (let block = 0; block < blocks; block++) {
      await this.chain.pass()
      for (const worker of this.workers) worker.applied(this.chain.height)
      for (let step = 0; step < STEPS_PER_BLOCK; step++) {
        this.time.advance(BLOCK_MS / STEPS_PER_BLOCK)
        await this.chain.settle()
      }
    }
  }

  /** Stops all compute nodes but the first of the committee's workers. */
  async leaveOneWorker(): Promise<RuntimeWorker> {
    const { executor } = CommitteeKind.names
    const { state } = this.chain
    assert(state !== undefined, 'there is a block')
    const committee = readExisting(state, schedulerKeys.committees, executor, runtimeId)
    const first = membersOf(committee)[0]!.publicKey
    const index = network.validators.findIndex(({ node }) => equalBytes(node.publicKey, first))
    const [left] = this.workers.splice(index, 1)
    assert(left !== undefined, 'the first worker is one of these nodes')
    for (const worker of this.workers.splice(0)) await worker.stop()
    this.workers.push(left)
    return left
  }
}
