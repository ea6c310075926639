/** A network whose nodes are registered for ParaTimes from its first block on. */

import { equalBytes, toUtf8 } from '@wadi/base/bytes'
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
import { multiSignValue } from '@wadi/primitives/envelope'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { type Namespace, testNamespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import type { Version } from '@wadi/primitives/version'
import type { ParatimePlan, ParatimeShape } from '../plan/paratimePlan.ts'

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
const GOVERNED = keyedMap(RuntimeGovernanceModel, [[RuntimeGovernanceModel.names.entity, true]])

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
}

type Shapes = Pick<
  ParatimePlan,
  'executors' | 'keyManagers' | 'paratimes' | 'stores' | 'epochBlocks' | 'clients'
>

const known = new Map<string, ParatimeGenesis>()

/** Signing descriptors takes longest, so seeds with the same ParaTimes share one document. */
export function paratimeGenesis(plan: Shapes): ParatimeGenesis {
  const { executors, keyManagers, paratimes, epochBlocks, clients, stores } = plan
  const { checkpointEvery, checkpointsKept } = stores ?? {}
  const name = JSON.stringify([
    executors,
    keyManagers,
    paratimes,
    epochBlocks,
    clients,
    checkpointEvery,
    checkpointsKept,
  ])
  const found = known.get(name)
  if (found !== undefined) return found
  const made = makeGenesis(plan)
  if (known.size >= NETWORKS_MAX) known.clear()
  known.set(name, made)
  return made
}

function clientKey(number: number): ClientKey {
  const seed = new Uint8Array(32).fill(number + 1)
  const { publicKey } = createMemorySigner('entity', new Secret(seed))
  return { seed, address: stakingAddress(PublicKey.check(publicKey)) }
}

function makeGenesis(plan: Shapes): ParatimeGenesis {
  const { executors, keyManagers, paratimes, epochBlocks } = plan
  const ids = paratimes.map((_, i) => testNamespace(toUtf8(`simulated paratime ${i}`)))
  const keyManagerId = testNamespace(toUtf8('simulated key manager'), { isKeyManager: true })
  const clients = Array.from({ length: plan.clients }, (_, i) => clientKey(i))
  const nodes = 1 + executors + keyManagers
  const keys = Array.from({ length: nodes }, (_, i) => validatorKeys(SEED, i))
  const owner = keys[0]!.entity.publicKey
  const storage = storageOf(plan)
  const runtimes = paratimes.map((shape, i) => {
    return { ...descriptorOf(shape, ids[i]!, owner), storage }
  })
  const keeping = keyManagers > 0 ? [keyManagerOf(keyManagerId, owner)] : []
  const network = createNetworkGenesis({
    seed: SEED,
    validators: nodes,
    accounts: clients.map(({ seed, address }) => {
      return { address, signer: createMemorySigner('entity', new Secret(seed)) }
    }),
    epochBlocks: BigInt(epochBlocks),
    change: (document) => {
      const registered = withRuntimes(document, keys, { executors, runtimes, keeping })
      return withClients(registered, clients, ids)
    },
  })
  const { validators } = network
  return {
    network,
    ids,
    owner: validators[0]!,
    executors: validators.slice(1, 1 + executors),
    keepers: validators.slice(1 + executors),
    keyManagerId,
    clients,
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
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { version: VERSION, validFrom: 0n })],
  })
}

function descriptorOf(shape: ParatimeShape, id: Namespace, entityId: PublicKey): Runtime {
  const { workers, backupWorkers, allowedStragglers, roundTimeout } = shape
  const { flushMs, turnMs, kind, liveness, messages } = shape
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
    }),
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    governanceModel: RuntimeGovernanceModel.names.entity,
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
  readonly executors: number
  readonly runtimes: readonly Runtime[]
  readonly keeping: readonly Runtime[]
}

/** The first node makes blocks; then come executors, then those who keep secrets. */
function withRuntimes(
  document: GenesisDocument,
  all: readonly ValidatorKeys[],
  { executors, runtimes, keeping }: Registered,
): GenesisDocument {
  const { registry } = document
  const nodes = (registry.nodes ?? []).map((signed) => {
    const given = decode(Node, signed!.untrustedRawValue)
    const place = all.findIndex(({ node }) => equalBytes(node.publicKey, given.id))
    if (place === 0) return signed
    const isExecutor = place <= executors
    const { entity: _, ...own } = all[place]!
    const signers = Object.values(own).map(({ signer }) => signer)
    const served = isExecutor ? runtimes : keeping
    const node = {
      ...given,
      roles: isExecutor ? ROLES.compute : ROLES['key-manager'],
      runtimes: served.map(({ id }) => make(NodeRuntime, { id, version: VERSION })),
    }
    return multiSignValue(signers, contextOf(contexts.registerNode), Node, node)
  })
  const params = { ...registry.params, enableRuntimeGovernanceModels: GOVERNED }
  const known = [...runtimes, ...keeping]
  return { ...document, registry: { ...registry, params, runtimes: known, nodes } }
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
