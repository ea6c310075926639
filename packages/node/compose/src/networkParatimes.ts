/** The ParaTimes of networks that somebody made: descriptors, and the nodes that run them. */

import { toHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { PolicySgx, Status } from '@wadi/consensus/keymanager'
import {
  AdmissionPolicy,
  ExecutorParameters,
  RUNTIME_KINDS,
  Runtime,
  RuntimeGovernanceModel,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { printVersion, type Version } from '@wadi/primitives/version'
import type { ValidatorKeys } from './networkKeys.ts'

/** A ParaTime of this house. */
export type ParatimeName = 'keyvalue' | 'accounts'

/** One of this house by its name, or one of somebody's. */
export type ParatimeChoice = ParatimeName | KnownParatime

/** What runs the ParaTimes of a network. */
export interface ParatimesOptions {
  readonly paratimes: readonly ParatimeChoice[]
  readonly computeNodes: number
  /** Nodes that keep secrets for those of them that want keys; none unless told otherwise. */
  readonly keyManagers?: number
  /** Nodes that run the ParaTimes for those who ask; none unless told otherwise. */
  readonly observers?: number
  /** Nodes that follow the ParaTimes and take their transactions; none unless told otherwise. */
  readonly clients?: number
}

/** A node that does not vote. */
export interface NetworkWorker {
  /** Also of its folder. */
  readonly name: string
  readonly part: 'keymanager' | 'compute' | 'observer' | 'client'
  readonly keys: ValidatorKeys
}

/** A ParaTime as programs find it. */
export interface KnownParatime {
  readonly name: string
  readonly id: Namespace
  readonly version: Version
  /** Its program, as a configuration names it. */
  readonly module: string
  /**
   * Its descriptor names the key manager, where a network has one: then calls can be encrypted for
   * it, and nodes execute it only when they can ask for keys.
   */
  readonly wantsKeys?: boolean
}

const SECOND = 1_000_000_000n
const ID_SIZE = 32
/** Of runtimes for tests. */
const TEST_FLAG = 0x80

function testId(number: number): Namespace {
  const id = new Uint8Array(ID_SIZE)
  id[0] = TEST_FLAG
  id[ID_SIZE - 1] = number
  return Namespace.check(id)
}

function house(name: ParatimeName, number: number, version: Version): KnownParatime {
  return { name, id: testId(number), version, module: name, wantsKeys: true }
}

/** The ParaTimes that there are. */
export const PARATIMES: Readonly<Record<ParatimeName, KnownParatime>> = {
  keyvalue: house('keyvalue', 0, { major: 0, minor: 0, patch: 0 }),
  accounts: house('accounts', 1, { major: 0, minor: 1, patch: 0 }),
}

/** See {@link ParatimeChoice}. */
export function paratimeOf(choice: ParatimeChoice): KnownParatime {
  return typeof choice === 'string' ? PARATIMES[choice] : choice
}

/** The key manager, which no ParaTime is. */
export const KEY_MANAGER: KnownParatime = {
  name: 'keymanager',
  module: 'keymanager',
  id: Namespace.check(
    Uint8Array.from({ length: ID_SIZE }, (_, i) => (i === 0 ? 0xc0 : i < 8 ? 0 : 0xff)),
  ),
  version: { major: 0, minor: 0, patch: 0 },
}
/** COMPAT(oasis-core): the test keys of the reference's policies. */
const POLICY_SIGNERS = [0, 1].map((i) => `ekiden key manager test multisig key ${i}`)

/** Entities may govern their runtimes. */
export const GOVERNED = keyedMap(RuntimeGovernanceModel, [
  [RuntimeGovernanceModel.names.entity, true],
])

type WorkerCounts = Omit<ParatimesOptions, 'paratimes'>

function workersIn(wanted: WorkerCounts) {
  const { computeNodes, keyManagers = 0, observers = 0, clients = 0 } = wanted
  const counts = {
    keymanager: keyManagers,
    compute: computeNodes,
    observer: observers,
    client: clients,
  } as const
  const parts = ['keymanager', 'compute', 'observer', 'client'] as const
  return parts.flatMap((part) =>
    Array.from({ length: counts[part] }, (_, i) => ({ name: `${part}-${i}`, part })),
  )
}

/** The names of the nodes, in their order. */
export function workerNames(counts: WorkerCounts): readonly string[] {
  return workersIn(counts).map(({ name }) => name)
}

/** The nodes, with keys by their numbers. */
export function networkWorkers(
  counts: WorkerCounts,
  keysOf: (index: number) => ValidatorKeys,
): readonly NetworkWorker[] {
  return workersIn(counts).map((worker, i) => ({ ...worker, keys: keysOf(i) }))
}

/** What runs, with whom as owner of all of it. */
export function networkRuntimes(
  { paratimes, computeNodes, keyManagers = 0 }: ParatimesOptions,
  owner: PublicKey,
): readonly Runtime[] {
  const keyManager = keyManagers > 0 ? KEY_MANAGER.id : undefined
  const described = paratimes.map(paratimeOf).map((known) =>
    paratimeDescriptor(known, owner, {
      computeNodes,
      keyManager: known.wantsKeys ? keyManager : undefined,
    }),
  )
  return keyManager === undefined ? described : [keyManagerDescriptor(owner), ...described]
}

/** Where the key managers begin: with a policy of the signers of tests, and no secrets. */
export function keyManagerStatuses({ keyManagers = 0 }: ParatimesOptions): readonly Status[] {
  if (keyManagers === 0) return []
  const policy = make(PolicySgx, {
    id: KEY_MANAGER.id,
    serial: 1,
    enclaves: keyedMap(EnclaveIdentity, []),
  })
  const message = encode(PolicySgx, policy)
  const context = contextOf(contexts.keyManagerPolicy)
  const signatures = POLICY_SIGNERS.map((name) => {
    const signer = createTestSigner('node', name)
    const signature = RawSignature.check(signer.sign(context, message))
    return { publicKey: PublicKey.check(signer.publicKey), signature }
  })
  return [make(Status, { id: KEY_MANAGER.id, policy: { policy, signatures } })]
}

const ANY_NODE = make(AdmissionPolicy, { anyNode: {} })

function keyManagerDescriptor(owner: PublicKey): Runtime {
  const { id, version } = KEY_MANAGER
  return make(Runtime, {
    v: 3,
    id,
    entityId: owner,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: RUNTIME_KINDS.keyManager,
    admissionPolicy: ANY_NODE,
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { version, validFrom: 0n })],
  })
}

interface Served {
  readonly computeNodes: number
  readonly keyManager: Namespace | undefined
}

/** The descriptor of a ParaTime that all compute nodes run. Its rounds come fast. */
function paratimeDescriptor(
  { id, version }: KnownParatime,
  owner: PublicKey,
  { computeNodes, keyManager }: Served,
): Runtime {
  return make(Runtime, {
    v: 3,
    id,
    entityId: owner,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: RUNTIME_KINDS.compute,
    keyManager,
    executor: make(ExecutorParameters, {
      groupSize: computeNodes,
      groupBackupSize: computeNodes,
      // One that is away does not end a round, if others are left who can agree.
      allowedStragglers: computeNodes > 2 ? 1 : 0,
      roundTimeout: 10n,
      maxMessages: 32,
      minLiveRoundsPercent: 0,
    }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: SECOND,
      maxBatchSize: 1_000n,
      maxBatchSizeBytes: 1_048_576n,
      proposeBatchTimeout: 5n * SECOND,
    }),
    admissionPolicy: ANY_NODE,
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { version, validFrom: 0n })],
  })
}

/** What a node runs, as it is written into its configuration. */
export function writtenParatimes(
  part: NetworkWorker['part'],
  choices: readonly ParatimeChoice[],
): readonly Readonly<Record<string, string>>[] {
  const known = part === 'keymanager' ? [KEY_MANAGER] : choices.map(paratimeOf)
  return known.map(({ id, version, module }) => {
    return { id: toHex(id), version: printVersion(version), module }
  })
}
