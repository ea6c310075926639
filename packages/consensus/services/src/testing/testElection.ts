/** Networks in which a test holds elections. Nodes and entities are numbers; see testNodes.ts. */

import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Parameters as BeaconParameters, RandomValue, VrfState } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import { type NodeStatus, Parameters as RegistryParameters } from '@wadi/consensus/registry'
import * as registryKeys from '@wadi/consensus/registry/keys'
import {
  ExecutorParameters,
  RUNTIME_KINDS,
  Runtime,
  SchedulingConstraints,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { Parameters } from '@wadi/consensus/scheduler'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import {
  Account,
  EscrowAccount,
  SharePool,
  Parameters as StakingParameters,
  ThresholdKind,
} from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { stakingAddress } from '@wadi/primitives/address'
import { Namespace } from '@wadi/primitives/namespace'
import { Capabilities, type Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { type Proof, RawProof } from '@wadi/primitives/signed'
import type { Version } from '@wadi/primitives/version'
import type { Context } from '../kernel/context.ts'
import { type State, write } from '../kernel/state.ts'
import { type TestOptions, testContext, testTree } from './testContext.ts'
import { putNode, testKey, testNode, testVrfSigner } from './testNodes.ts'

/** The epoch of all these networks. */
export const EPOCH = 5n
/** What all nodes have proved something about. */
const ALPHA = toUtf8('alpha')
/** The version of every deployment, and of every node's runtimes, unless told otherwise. */
export const VERSION: Version = { major: 1, minor: 2, patch: 3 }
/** The stake that an entity claims, and has unless told otherwise. */
export const STAKE = 1_600n

/** What is special about a node. It validates, computes for all runtimes, and has proved. */
export interface NodeOptions {
  readonly entity?: number
  readonly status?: Partial<NodeStatus>
  readonly node?: Partial<Node>
  /** Which node's proof it gave; its own unless told otherwise. */
  readonly proof?: number | 'none'
}

/** What is special about a network. */
export interface NetworkOptions {
  readonly backend?: 'vrf' | 'insecure'
  readonly params?: Partial<Parameters>
  /** Nodes by number. */
  readonly nodes: Readonly<Record<number, NodeOptions>>
  /** Stakes by number of the entity. */
  readonly stakes?: Readonly<Record<number, bigint>>
  readonly runtimes?: readonly Runtime[]
  /** Was the alpha good that was proved about? */
  readonly canElect?: boolean
  readonly featureVersion?: Version
  readonly context?: TestOptions
}

/** The identifier of a runtime. */
export function testRuntimeId(n: number): Namespace {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(28, n)
  return Namespace.check(bytes)
}

/** What is special about a runtime. */
export interface RuntimeOptions {
  readonly workers?: number
  readonly backups?: number
  readonly worker?: Partial<SchedulingConstraints>
  readonly backup?: Partial<SchedulingConstraints>
  readonly fields?: Partial<Runtime>
}

/** A runtime with three workers and two backup workers, unless told otherwise. */
export function testRuntime(n: number, options: RuntimeOptions = {}): Runtime {
  const { workers = 3, backups = 2, worker = {}, backup = {}, fields = {} } = options
  const { worker: w, 'backup-worker': b } = CommitteeRole.names
  const constraints = keyedMap(CommitteeRole, [
    [w, make(SchedulingConstraints, worker)],
    [b, make(SchedulingConstraints, backup)],
  ])
  return make(Runtime, {
    id: testRuntimeId(n),
    kind: RUNTIME_KINDS.compute,
    executor: make(ExecutorParameters, { groupSize: workers, groupBackupSize: backups }),
    constraints: keyedMap(CommitteeKind, [[CommitteeKind.names.executor, constraints]]),
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
    ...fields,
  })
}

/** A node's part of a runtime. */
export function runtimeOfNode(n: number, fields: Partial<NodeRuntime> = {}): NodeRuntime {
  const capabilities = make(Capabilities, {})
  return make(NodeRuntime, { id: testRuntimeId(n), version: VERSION, capabilities, ...fields })
}

/** The network at the beginning of the first block of epoch 5. */
export function testNetwork(options: NetworkOptions): Context {
  const committed = testTree()
  write(committed, beaconKeys.currentEpoch, [], { epoch: EPOCH - 1n, height: 1n })
  const subscriptions = { beforeSchedule: () => undefined }
  const ctx = testContext({
    mode: 'beginBlock',
    committed,
    subscribers: [{ subscriptions }],
    ...options.context,
  })
  putParameters(ctx.state, options)
  putBeacon(ctx.state, options)
  putNodes(ctx.state, options)
  putStakes(ctx.state, options)
  for (const runtime of options.runtimes ?? [])
    write(ctx.state, registryKeys.runtimes, [runtime.id], runtime)
  return ctx
}

function putParameters(state: State, { params, featureVersion }: NetworkOptions): void {
  const scheduler = { minValidators: 1n, maxValidators: 100n, maxValidatorsPerEntity: 1n }
  write(state, schedulerKeys.parameters, [], make(Parameters, { ...scheduler, ...params }))
  write(state, registryKeys.parameters, [], make(RegistryParameters, {}))
  const version = featureVersion ?? { major: 26, minor: 1, patch: 0 }
  const consensus = make(ConsensusParameters, { featureVersion: version })
  write(state, consensusKeys.parameters, [], consensus)
  const thresholds = keyedMap(ThresholdKind, [[ThresholdKind.names.entity, quantity(STAKE)]])
  const staking = make(StakingParameters, {
    thresholds,
    rewardSchedule: [{ until: 100n, scale: quantity(1_000n) }],
  })
  write(state, stakingKeys.parameters, [], staking)
}

function putBeacon(
  state: State,
  { backend = 'vrf', canElect = true, nodes }: NetworkOptions,
): void {
  write(state, beaconKeys.currentEpoch, [], { epoch: EPOCH, height: 11n })
  const random = RandomValue.check(new Uint8Array(32).fill(7))
  write(state, beaconKeys.randomValue, [], random)
  write(state, beaconKeys.parameters, [], make(BeaconParameters, { backend }))
  if (backend === 'insecure') return
  const proofs = Object.entries(nodes).flatMap(([n, { proof = Number(n) }]) =>
    proof === 'none' ? [] : [[testKey(Number(n)), proofOf(proof)] as const],
  )
  const prevState = { pi: keyedMap<PublicKey, Proof | undefined>(PublicKey, proofs), canElect }
  write(state, beaconKeys.vrfState, [], make(VrfState, { epoch: EPOCH, prevState }))
}

function proofOf(n: number): Proof {
  const signer = testVrfSigner(n)
  const publicKey = PublicKey.check(signer.publicKey)
  return { publicKey, proof: RawProof.check(signer.prove(ALPHA)) }
}

function putNodes(state: State, { nodes, runtimes = [] }: NetworkOptions): void {
  const own = runtimes.map(({ id }) =>
    make(NodeRuntime, { id, version: VERSION, capabilities: make(Capabilities, {}) }),
  )
  for (const [key, { entity, status, node }] of Object.entries(nodes)) {
    const n = Number(key)
    const fields = {
      entityId: testKey(1_000_000 + (entity ?? n)),
      roles: ROLES.validator | ROLES.compute,
      runtimes: own,
    }
    putNode(state, testNode(n, { ...fields, ...node }), status)
  }
}

function putStakes(state: State, { nodes, stakes = {} }: NetworkOptions): void {
  const entities = Object.entries(nodes).map(([n, { entity }]) => entity ?? Number(n))
  for (const entity of entities) {
    const balance = quantity(stakes[entity] ?? STAKE)
    const claim = [{ global: ThresholdKind.names.entity, const: undefined }]
    const escrow = make(EscrowAccount, {
      active: make(SharePool, { balance, totalShares: balance }),
      stakeAccumulator: { claims: keyedMap(text, [['registry.RegisterEntity', claim]]) },
    })
    const address = stakingAddress(testKey(1_000_000 + entity))
    write(state, stakingKeys.accounts, [address], make(Account, { escrow }))
  }
  write(state, stakingKeys.commonPool, [], quantity(1_000_000n))
}
