/** A network whose nodes are registered for ParaTimes from its first block on. */

import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { decode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { type ValidatorKeys, validatorKeys } from '@wadi/compose/network-keys'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  AdmissionPolicy,
  ExecutorParameters,
  RUNTIME_KINDS,
  Runtime,
  RuntimeGovernanceModel,
  RuntimeStakingParameters,
  StorageParameters,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { Account, GeneralAccount, type Slash, SlashReason } from '@wadi/consensus/staking'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { multiSignValue, signValue } from '@wadi/primitives/envelope'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { type Namespace, testNamespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import type { Version } from '@wadi/primitives/version'
import { isServed, rolesOf } from '../plan/drawTerms.ts'
import type { ParatimePlan, ParatimeShape } from '../plan/paratimePlan.ts'
import { OPEN_TERMS, plainCrowd } from '../plan/paratimeTerms.ts'
import { admissionPolicyOf, constraintsOf, thresholdsOf } from './closedDescriptor.ts'
import { withOwnStake } from './ownStake.ts'

/** What offences cost: so little that nobody is ever out of stake. */
export const PENALTIES = { results: 1000n, equivocation: 2_000n, liveness: 500n } as const
/** For how many epochs who was away stays out. */
const FROZEN_EPOCHS = 50n
/** Of what is slashed for wrong results; no ParaTime of accounts gets tokens that way. */
const REWARD_PERCENT = 40
const NS_PER_MS = 1_000_000n
/** What runtimes put into a batch at most: a smaller bound would stop them. */
const BATCH_COUNT_MAX = 1000n
const BATCH_BYTES_MAX = 100_000n
const MESSAGES_MAX = 128
/** The least that there may be. */
const CHUNK_BYTES = 1_048_576n
/** What runs at first, and what an upgrade brings. */
export const VERSION: Version = { major: 0, minor: 1, patch: 0 }
export const NEXT_VERSION: Version = { major: 0, minor: 2, patch: 0 }
const SEED = 'simulated paratimes'
const ALLOWED = quantity(100_000_000n)
const NETWORKS_MAX = 64
const MODELS = RuntimeGovernanceModel.names

/** Somebody who uses ParaTimes, with tokens of the consensus layer. */
export interface ClientKey {
  readonly seed: Uint8Array
  readonly address: Address
}

/** A network with ParaTimes. */
export interface ParatimeGenesis {
  readonly network: NetworkGenesis
  readonly ids: readonly Namespace[]
  /** Who decides about all ParaTimes. */
  readonly owner: ValidatorKeys
  /** The first validator makes blocks; these execute. */
  readonly executors: readonly ValidatorKeys[]
  /** These keep secrets. */
  readonly keepers: readonly ValidatorKeys[]
  readonly keyManagerId: Namespace
  readonly clients: readonly ClientKey[]
  /** These may ask to be let in, and never run. */
  readonly applicants: readonly ValidatorKeys[]
  /** Entities by their numbers. */
  readonly entities: readonly ValidatorKeys['entity'][]
  /** By the key of a node: what it registers as, were it let in everywhere. */
  readonly descriptors: ReadonlyMap<string, Node>
}

type Shapes = Pick<
  ParatimePlan,
  'executors' | 'keyManagers' | 'paratimes' | 'stores' | 'epochBlocks' | 'clients' | 'crowd'
>

/** A fault of the chain: what it takes a descriptor for. */
export type ChangeDescriptor = (runtime: Runtime) => Runtime

const known = new Map<string, ParatimeGenesis>()

/** Signing descriptors takes longest, so seeds with the same ParaTimes share one document. */
export function paratimeGenesis(plan: Shapes, change?: ChangeDescriptor): ParatimeGenesis {
  if (change !== undefined) return makeGenesis(plan, change)
  const { executors, keyManagers, paratimes, epochBlocks, clients, stores, crowd } = plan
  const { checkpointEvery, checkpointsKept } = stores ?? {}
  const name = JSON.stringify([
    executors,
    keyManagers,
    paratimes,
    epochBlocks,
    clients,
    checkpointEvery,
    checkpointsKept,
    crowd,
  ])
  const found = known.get(name)
  if (found !== undefined) return found
  const made = makeGenesis(plan, (runtime) => runtime)
  if (known.size >= NETWORKS_MAX) known.clear()
  known.set(name, made)
  return made
}

function clientKey(number: number): ClientKey {
  const seed = new Uint8Array(32).fill(number + 1)
  const { publicKey } = createMemorySigner('entity', new Secret(seed))
  return { seed, address: stakingAddress(PublicKey.check(publicKey)) }
}

function makeGenesis(plan: Shapes, change: ChangeDescriptor): ParatimeGenesis {
  const { executors, keyManagers, paratimes, epochBlocks } = plan
  const ids = paratimes.map((_, i) => testNamespace(toUtf8(`simulated paratime ${i}`)))
  const keyManagerId = testNamespace(toUtf8('simulated key manager'), { isKeyManager: true })
  const clients = Array.from({ length: plan.clients }, (_, i) => clientKey(i))
  const { entityOf, applicants } = plan.crowd ?? plainCrowd(executors)
  const nodes = 1 + executors + keyManagers
  const keys = Array.from({ length: nodes + applicants.length }, (_, i) => validatorKeys(SEED, i))
  const entities = [...keys.slice(1, 1 + executors), ...keys.slice(nodes)].map((one) => one.entity)
  const all = keys.map((own, place): ValidatorKeys => {
    const entity =
      place >= nodes ? applicants[place - nodes]!.entity : (entityOf[place - 1] ?? undefined)
    return entity === undefined ? own : { ...own, entity: entities[entity]! }
  })
  const owner = keys[0]!.entity.publicKey
  const storage = storageOf(plan)
  const runtimes = paratimes.map((shape, i) => {
    const place = { id: ids[i]!, entityId: owner, entities: entities.map((one) => one.publicKey) }
    return change({ ...descriptorOf(shape, place), storage })
  })
  const keeping = keyManagers > 0 ? [keyManagerOf(keyManagerId, owner)] : []
  const descriptors = new Map<string, Node>()
  const network = createNetworkGenesis({
    seed: SEED,
    validators: [
      ...Array.from({ length: nodes }, () => ({})),
      ...applicants.map(({ stake }) => ({ stake: BigInt(stake) })),
    ],
    accounts: clients.map(({ seed, address }) => {
      return { address, signer: createMemorySigner('entity', new Secret(seed)) }
    }),
    epochBlocks: BigInt(epochBlocks),
    change: (document) => {
      const registered = withRuntimes(document, all, { plan, runtimes, keeping, descriptors })
      const governing = runtimes.filter(({ governanceModel }) => governanceModel === MODELS.runtime)
      const staked = withOwnStake(
        registered,
        governing.map(({ id }) => runtimeAddress(id)),
      )
      return withClients(staked, clients, ids)
    },
  })
  return {
    network: { ...network, validators: all.slice(0, nodes) },
    ids,
    owner: all[0]!,
    executors: all.slice(1, 1 + executors),
    keepers: all.slice(1 + executors, nodes),
    keyManagerId,
    clients,
    applicants: all.slice(nodes),
    entities,
    descriptors,
  }
}

function keyManagerOf(id: Namespace, entityId: PublicKey): Runtime {
  return make(Runtime, {
    v: 3,
    id,
    entityId,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: RUNTIME_KINDS.keyManager,
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: MODELS.entity,
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
  })
}

interface Place {
  readonly id: Namespace
  readonly entityId: PublicKey
  readonly entities: readonly PublicKey[]
}

function descriptorOf(shape: ParatimeShape, { id, entityId, entities }: Place): Runtime {
  const { workers, backupWorkers, allowedStragglers, roundTimeout } = shape
  const { flushMs, turnMs, kind, liveness, messages, terms = OPEN_TERMS } = shape
  return make(Runtime, {
    v: 3,
    id,
    entityId,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: RUNTIME_KINDS.compute,
    executor: make(ExecutorParameters, {
      groupSize: workers,
      groupBackupSize: backupWorkers,
      allowedStragglers,
      roundTimeout: BigInt(roundTimeout),
      maxMessages: MESSAGES_MAX,
      ...(liveness && {
        minLiveRoundsPercent: liveness.percent,
        minLiveRoundsEval: BigInt(liveness.rounds),
        maxLivenessFails: 1,
      }),
    }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: BigInt(flushMs) * NS_PER_MS,
      maxBatchSize: BATCH_COUNT_MAX,
      maxBatchSizeBytes: BATCH_BYTES_MAX,
      proposeBatchTimeout: BigInt(turnMs) * NS_PER_MS,
      maxInMessages: messages?.waitingMax ?? 0,
    }),
    staking: make(RuntimeStakingParameters, {
      slashing: keyedMap<number, Slash>(SlashReason, [
        [SlashReason.names['runtime-incorrect-results'], slashOf(PENALTIES.results)],
        [SlashReason.names['runtime-equivocation'], slashOf(PENALTIES.equivocation)],
        ...(liveness === undefined ? [] : [LIVENESS_SLASH]),
      ]),
      ...(kind === 'keyvalue' && { rewardBadResults: REWARD_PERCENT }),
      ...(messages && { minInMessageFee: quantity(BigInt(messages.feeMin)) }),
      ...thresholdsOf(terms),
    }),
    ...constraintsOf(terms),
    admissionPolicy: admissionPolicyOf(terms, entities),
    governanceModel: MODELS[terms.governance],
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
  })
}

function storageOf({ stores }: Shapes): StorageParameters {
  if (stores === undefined) return make(StorageParameters, {})
  return make(StorageParameters, {
    checkpointInterval: BigInt(stores.checkpointEvery),
    checkpointNumKept: BigInt(stores.checkpointsKept),
    checkpointChunkSize: CHUNK_BYTES,
  })
}

function slashOf(amount: bigint, freezeInterval = 0n): Slash {
  return { amount: quantity(amount), freezeInterval }
}

const LIVENESS_SLASH = [
  SlashReason.names['runtime-liveness'],
  slashOf(PENALTIES.liveness, FROZEN_EPOCHS),
] as const

interface Registered {
  readonly plan: Shapes
  readonly runtimes: readonly Runtime[]
  readonly keeping: readonly Runtime[]
  /** Added to. */
  readonly descriptors: Map<string, Node>
}

/**
 * The first node makes blocks; then come executors, those who keep secrets, and those who are not
 * registered yet.
 */
function withRuntimes(
  document: GenesisDocument,
  all: readonly ValidatorKeys[],
  { plan, runtimes, keeping, descriptors }: Registered,
): GenesisDocument {
  const { registry } = document
  const { executors, keyManagers, paratimes, crowd = plainCrowd(plan.executors) } = plan
  const serve = (served: readonly Runtime[]) =>
    served.map(({ id }) => make(NodeRuntime, { id, version: VERSION }))
  const nodes = (registry.nodes ?? []).flatMap((signed) => {
    const given = decode(Node, signed!.untrustedRawValue)
    const place = all.findIndex(({ node }) => equalBytes(node.publicKey, given.id))
    if (place === 0) return [signed]
    const { entity, ...own } = all[place]!
    const whole = { ...given, entityId: entity.publicKey, runtimes: serve(runtimes) }
    descriptors.set(toHex(given.id), { ...whole, roles: ROLES.compute })
    if (place > executors + keyManagers) return []
    const executor = place - 1
    const isExecutor = executor < executors
    const open = runtimes.filter((_, i) => isServed(paratimes[i]!, crowd, executor))
    if (isExecutor && open.length === 0) return []
    const roles = isExecutor ? rolesOf(crowd, executor) : (['key-manager'] as const)
    const node = {
      ...whole,
      roles: roles.reduce((mask, role) => mask | ROLES[role], 0),
      runtimes: serve(isExecutor ? open : keeping),
    }
    if (isExecutor) descriptors.set(toHex(given.id), { ...node, runtimes: whole.runtimes })
    const signers = Object.values(own).map(({ signer }) => signer)
    return [multiSignValue(signers, contextOf(contexts.registerNode), Node, node)]
  })
  const isOwnGoverned = runtimes.some(({ governanceModel }) => governanceModel === MODELS.runtime)
  const models = [MODELS.entity, ...(isOwnGoverned ? [MODELS.runtime] : [])]
  const params = {
    ...registry.params,
    enableRuntimeGovernanceModels: keyedMap(
      RuntimeGovernanceModel,
      models.map((model) => [model, true] as const),
    ),
  }
  const known = [...runtimes, ...keeping]
  const entities = plan.crowd === undefined ? registry.entities : entitiesOf(all)
  return { ...document, registry: { ...registry, params, runtimes: known, nodes, entities } }
}

/** Every entity that has a node, with all of its nodes. */
function entitiesOf(all: readonly ValidatorKeys[]): GenesisDocument['registry']['entities'] {
  const byKey = Map.groupBy(all, ({ entity }) => toHex(entity.publicKey))
  return [...byKey.values()].map((own) => {
    const { signer, publicKey } = own[0]!.entity
    const nodes = own.map(({ node }) => node.publicKey)
    const descriptor = { v: ENTITY_VERSION, id: publicKey, nodes }
    return signValue(signer, contextOf(contexts.registerEntity), Entity, descriptor)
  })
}

/** Clients let every ParaTime take from them what they deposit. */
function withClients(
  document: GenesisDocument,
  clients: readonly ClientKey[],
  ids: readonly Namespace[],
): GenesisDocument {
  const { staking } = document
  const allowances = keyedMap<Address, Quantity>(
    Address,
    ids.map((id) => [runtimeAddress(id), ALLOWED] as const),
  )
  const entries = Array.from(staking.ledger ?? [], ([address, account]) => {
    const isClient = clients.some((client) => equalBytes(client.address, address))
    if (!isClient || account === undefined) return [address, account] as const
    const general = make(GeneralAccount, { ...account.general, allowances })
    return [address, make(Account, { ...account, general })] as const
  })
  const ledger = keyedMap<Address, Account | undefined>(Address, entries)
  return { ...document, staking: { ...staking, ledger } }
}
