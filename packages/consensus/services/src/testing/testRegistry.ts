/** Entities, nodes and runtimes that are registered in a test, with all keys that sign for them. */

import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import { Parameters } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import {
  AdmissionPolicy,
  ExecutorParameters,
  RUNTIME_KINDS,
  Runtime,
  RuntimeGovernanceModel,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import {
  Account,
  EscrowAccount,
  SharePool,
  Parameters as StakingParameters,
  ThresholdKind,
} from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { ENTITY_VERSION, Entity, type SignedEntity } from '@wadi/primitives/entity'
import { multiSignValue, signValue } from '@wadi/primitives/envelope'
import type { Epoch } from '@wadi/primitives/epoch'
import { testNamespace } from '@wadi/primitives/namespace'
import { type MultiSignedNode, NODE_VERSION, Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import { type Context, signedBy } from '../kernel/context.ts'
import { type State, write } from '../kernel/state.ts'
import { type TestOptions, testContext } from './testContext.ts'

/** What stake everything takes in a test: a power of ten for each kind. */
const THRESHOLDS = keyedMap<bigint, Quantity>(
  ThresholdKind,
  Object.values(ThresholdKind.names).map((kind) => [kind, quantity(10n ** kind)]),
)

/** A key of a signer. */
export function keyOf({ publicKey }: Signer): PublicKey {
  return PublicKey.check(publicKey)
}

/** Who signs for an entity of a name. */
export function entitySigner(name: string): Signer {
  return createTestSigner('entity', `entity ${name}`)
}

/** Who signs for a node: each of its keys. */
export interface NodeSigners {
  readonly id: Signer
  readonly consensus: Signer
  readonly p2p: Signer
  readonly tls: Signer
  readonly vrf: Signer
}

/** The signers of the node of a name. */
export function nodeSigners(name: string): NodeSigners {
  return {
    id: createTestSigner('node', `node ${name}`),
    consensus: createTestSigner('consensus', `consensus ${name}`),
    p2p: createTestSigner('p2p', `p2p ${name}`),
    tls: createTestSigner('node', `tls ${name}`),
    vrf: createTestSigner('vrf', `vrf ${name}`),
  }
}

/** The descriptor of an entity that vouches for nodes. */
export function signedEntity(signer: Signer, nodes: readonly PublicKey[] = []): SignedEntity {
  const entity = { v: ENTITY_VERSION, id: keyOf(signer), nodes }
  return signValue(signer, contextOf(contexts.registerEntity), Entity, entity)
}

/** A validator's descriptor, of entity `alice` and for 5 epochs, unless told otherwise. */
export function nodeOf(signers: NodeSigners, fields: Partial<Node> = {}): Node {
  const address = { ip: Uint8Array.of(1, 1, 1, 1), port: 1n, zone: '' }
  return make(Node, {
    v: NODE_VERSION,
    id: keyOf(signers.id),
    entityId: keyOf(entitySigner('alice')),
    expiration: 15n,
    tls: { pubKey: keyOf(signers.tls) },
    p2p: { id: keyOf(signers.p2p), addresses: [address] },
    consensus: {
      id: keyOf(signers.consensus),
      addresses: [{ id: keyOf(signers.consensus), address }],
    },
    vrf: { id: keyOf(signers.vrf) },
    runtimes: [],
    roles: ROLES.validator,
    ...fields,
  })
}

/** A descriptor as all keys of the node signed it. */
export function signNode(signers: NodeSigners, node: Node): MultiSignedNode {
  return multiSignValue(Object.values(signers), contextOf(contexts.registerNode), Node, node)
}

/** A node's signed descriptor; see {@link nodeOf}. */
export function signedNode(signers: NodeSigners, fields: Partial<Node> = {}): MultiSignedNode {
  return signNode(signers, nodeOf(signers, fields))
}

/** A deployment of version 1 that begins with epoch 11, unless told otherwise. */
export function deployment(fields: Partial<VersionInfo> = {}): VersionInfo {
  const version = { major: 1, minor: 0, patch: 0 }
  return make(VersionInfo, { version, validFrom: 11n, ...fields })
}

/** A compute runtime of entity `alice`, for all nodes, unless told otherwise. */
export function computeRuntime(fields: Partial<Runtime> = {}): Runtime {
  return make(Runtime, {
    v: 3,
    id: testNamespace(toUtf8('runtime')),
    entityId: keyOf(entitySigner('alice')),
    kind: RUNTIME_KINDS.compute,
    executor: make(ExecutorParameters, { groupSize: 1, roundTimeout: 5n }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: 50_000_000n,
      maxBatchSize: 1n,
      maxBatchSizeBytes: 1024n,
      proposeBatchTimeout: 1_000_000_000n,
    }),
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [deployment()],
    ...fields,
  })
}

/** A key manager of entity `alice`, for all nodes, unless told otherwise. */
export function keyManagerRuntime(fields: Partial<Runtime> = {}): Runtime {
  return make(Runtime, {
    v: 3,
    id: testNamespace(toUtf8('key manager'), { isKeyManager: true }),
    entityId: keyOf(entitySigner('alice')),
    kind: RUNTIME_KINDS.keyManager,
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [deployment()],
    ...fields,
  })
}

/** What is different in a test of the registry. */
export interface RegistryOptions extends TestOptions {
  readonly params?: Partial<Parameters>
  /** 10 unless told otherwise. */
  readonly epoch?: Epoch
  readonly stakingParams?: Partial<StakingParameters>
  /** Do the rules of 26.1 hold? They do unless told otherwise. */
  readonly features?: 'latest' | 'before-26.1'
  /** Who signs the transaction. */
  readonly signer?: Signer
}

/** The parameters of the registry in a test. */
export const TEST_PARAMETERS: Parameters = make(Parameters, {
  debugAllowTestRuntimes: true,
  maxNodeExpiration: 5n,
  enableRuntimeGovernanceModels: keyedMap<number, boolean>(RuntimeGovernanceModel, [
    [RuntimeGovernanceModel.names.entity, true],
    [RuntimeGovernanceModel.names.runtime, true],
    [RuntimeGovernanceModel.names.consensus, true],
  ]),
})

/** A context of a chain where nobody is registered, in epoch 10. */
export function registryContext(options: RegistryOptions = {}): Context {
  const quiet = { runtimeRegistered: () => undefined, runtimeUpdated: () => undefined }
  const subscriptions = { ...quiet, runtimeResumed: () => undefined }
  const ctx = testContext({ subscribers: [{ subscriptions }], ...options })
  const { state } = ctx
  const { epoch = 10n, features = 'latest', params, stakingParams, signer } = options
  setEpoch(state, epoch)
  write(state, keys.parameters, [], { ...TEST_PARAMETERS, ...params })
  write(state, beaconKeys.parameters, [], make(BeaconParameters, { backend: 'vrf' }))
  const featureVersion = features === 'latest' ? { major: 26, minor: 1, patch: 0 } : undefined
  write(state, consensusKeys.parameters, [], make(ConsensusParameters, { featureVersion }))
  const staking = { thresholds: THRESHOLDS, debondingInterval: 2n, ...stakingParams }
  write(state, stakingKeys.parameters, [], make(StakingParameters, staking))
  setEscrow(state, stakingAddress(keyOf(entitySigner('alice'))), 1_000_000_000n)
  return signer === undefined ? ctx : signedBy(ctx, keyOf(signer))
}

/** Goes over to another epoch. */
export function setEpoch(state: State, epoch: Epoch): void {
  write(state, beaconKeys.currentEpoch, [], { epoch, height: 1n })
}

/** Gives an account so much stake; what it had claimed is forgotten. */
export function setEscrow(state: State, address: Address, balance: bigint): void {
  const active = make(SharePool, { balance: quantity(balance) })
  const escrow = make(EscrowAccount, { active })
  write(state, stakingKeys.accounts, [address], make(Account, { escrow }))
}

/** Puts an entity into the state that vouches for nodes, without any check. */
export function putEntity(state: State, signer: Signer, nodes: readonly Signer[]): void {
  write(state, keys.entities, [keyOf(signer)], signedEntity(signer, nodes.map(keyOf)))
}

/** Puts a runtime into the state that runs, without any check. */
export function putRuntime(state: State, runtime: Runtime): void {
  write(state, keys.runtimes, [runtime.id], runtime)
}

/** What was told so far: the names of the events, in order. */
export function toldEvents({ events }: Context): readonly string[] {
  return events.flatMap(({ attributes }) => attributes.map(({ key }) => key))
}
