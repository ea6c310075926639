/** A node, and a registry that takes what it says of itself. */

import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { decode, make } from '@wadi/cbor/codec'
import { BACKENDS, Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import { NodeStatus, Parameters } from '@wadi/consensus/registry'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { Account, GeneralAccount } from '@wadi/consensus/staking'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { ENTITY_VERSION, type Entity } from '@wadi/primitives/entity'
import type { Epoch } from '@wadi/primitives/epoch'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { type SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { NodeSigners } from '../nodeSigners.ts'
import { createRegistration, type Registration, type RegistrationOptions } from '../registration.ts'
import { Submitter } from '../submission/submitter.ts'
import { type TestAnswers, testAsk } from './testAsk.ts'
import { TestTime } from './testTime.ts'

/** Where the node keeps what it has to remember. */
export const DATA_DIR = 'data'

/** Everybody who signs for the node. */
export const testSigners: NodeSigners = {
  node: createTestSigner('node', 'node'),
  p2p: createTestSigner('p2p', 'p2p'),
  consensus: createTestSigner('consensus', 'consensus'),
  vrf: createTestSigner('vrf', 'vrf'),
  tls: createTestSigner('node', 'tls'),
}

/** Who owns the node. */
export const testOwner = PublicKey.check(createTestSigner('entity', 'owner').publicKey)

const keyOf = ({ publicKey }: { readonly publicKey: Uint8Array }) => PublicKey.check(publicKey)

/** The owner's descriptor, which vouches for the node. */
export const vouchingOwner: Entity = {
  v: ENTITY_VERSION,
  id: testOwner,
  nodes: [keyOf(testSigners.node)],
}

/** See the top of this file. */
export class TestNode {
  readonly time = new TestTime()
  readonly log = new MemoryLog()
  readonly files = new MemoryFiles()
  metrics = new MetricsRegistry()
  epoch: Epoch = 7n
  height = 100n
  epochHeight = 100n
  isSynced = false
  owner: Entity | undefined = vouchingOwner
  beacon: BeaconParameters = make(BeaconParameters, { backend: BACKENDS.insecure })
  /** What the registry has taken, as it was signed. */
  readonly submitted: MultiSignedNode[] = []
  readonly left: number[] = []
  readonly fatal: unknown[] = []
  readonly answers: TestAnswers
  registration: Registration
  #waitSynced: (() => void)[] = []
  readonly #changes: Partial<RegistrationOptions>

  constructor(changes: Partial<RegistrationOptions> = {}) {
    this.files.makeFolder(DATA_DIR)
    this.#changes = changes
    this.answers = this.#answers()
    this.registration = this.#open()
  }

  get descriptors(): readonly Node[] {
    return this.submitted.map(({ untrustedRawValue }) => decode(Node, untrustedRawValue))
  }

  get isRegistered(): boolean {
    return this.descriptors.some(({ expiration }) => expiration >= this.epoch)
  }

  metric(name: string): number | undefined {
    return this.metrics.collect().find(({ metric }) => metric.name === name)?.series[0]?.value
  }

  async start(): Promise<void> {
    this.registration.start()
    await this.time.settle()
  }

  async sync(): Promise<void> {
    this.isSynced = true
    for (const resolve of this.#waitSynced.splice(0)) resolve()
    await this.time.settle()
  }

  async pass(blocks = 1): Promise<void> {
    for (let i = 0; i < blocks; i++) {
      this.height++
      this.registration.applied(this.height)
      await this.time.settle()
    }
  }

  async beginEpoch(): Promise<void> {
    this.epoch++
    this.epochHeight = this.height + 1n
    await this.pass()
  }

  /** The process ends, and another one begins. */
  async restart(): Promise<void> {
    this.registration.stop()
    this.metrics = new MetricsRegistry()
    this.registration = this.#open()
    await this.start()
  }

  #open(): Registration {
    const { time, files, metrics, answers } = this
    const log = createLogger('registration', this.log.sink)
    const random = new SeededRandom(3n)
    const world = { clock: time.clock, timers: time, random, files, metrics, log }
    const ask = testAsk(answers)
    const config = { gasPrice: 0n, maxFee: 0n }
    const address = parseNodeAddress('1.1.1.1:26656')
    return createRegistration({
      world,
      ask,
      submitter: new Submitter({ ask, chainContext: 'c0'.repeat(32), config, world }),
      signers: testSigners,
      owner: testOwner,
      softwareVersion: '26.1',
      places: {
        consensus: async () => [{ id: keyOf(testSigners.p2p), address }],
        p2p: () => [parseNodeAddress('1.1.1.1:9200')],
      },
      dataDir: DATA_DIR,
      isValidator: true,
      onLeft: () => this.left.push(time.clock.monotonicMs()),
      onFatal: (error) => this.fatal.push(error),
      ...this.#changes,
    })
  }

  #answers(): TestAnswers {
    return {
      'NodeController/WaitSync': () =>
        this.isSynced
          ? undefined
          : new Promise((resolve) => {
              this.#waitSynced.push(() => resolve(undefined))
            }),
      'Beacon/GetEpoch': () => this.epoch,
      'Beacon/GetEpochBlock': () => this.epochHeight,
      'Beacon/ConsensusParameters': () => this.beacon,
      'Registry/GetEntity': () => {
        if (this.owner === undefined) throw registryErrors.noSuchEntity()
        return this.owner
      },
      'Registry/GetNode': () => {
        const last = this.descriptors.at(-1)
        if (last === undefined || !this.isRegistered) throw registryErrors.noSuchNode()
        return last
      },
      'Registry/GetNodeStatus': () => make(NodeStatus, { electionEligibleAfter: this.epoch }),
      'Registry/ConsensusParameters': () => make(Parameters, {}),
      'Staking/Account': () => {
        return make(Account, { general: make(GeneralAccount, { nonce: this.#nonce }) })
      },
      'Consensus/MinGasPrice': () => quantity(0n),
      'Consensus/EstimateGas': () => 1_000n,
      'Consensus/SubmitTx': (signed) => this.#take(signed),
    }
  }

  get #nonce(): bigint {
    return BigInt(this.submitted.length)
  }

  #take({ untrustedRawValue }: SignedTransaction): undefined {
    const { body } = decode(Transaction, untrustedRawValue)
    this.submitted.push(decode(MultiSignedNode, body))
    return undefined
  }
}
