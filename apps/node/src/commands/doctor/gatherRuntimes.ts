/** What a node and the state say of the runtimes of that node. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/control'
import { KeymanagerState } from '@wadi/consensus/control/keymanagerStatus'
import {
  CommitteeState,
  ExecutorState,
  type RuntimeStatus,
} from '@wadi/consensus/control/runtimeStatus'
import { calls as keyManagerCalls } from '@wadi/consensus/keymanager/api'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { calls as roothashCalls } from '@wadi/consensus/roothash/api'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { activeDeployment, nextDeployment } from '@wadi/runtime-protocol/deployments'
import type { AskedNode } from '../connection/nodeConnection.ts'
import { orNothing } from './absent.ts'
import type {
  KeeperFacts,
  KeyManagerFacts,
  ProgramFacts,
  RegisteredRuntime,
  RoundFacts,
  RuntimeFacts,
  ServiceFacts,
} from './runtimeFacts.ts'
import { gatherServing, type ServingNode, serviceOf } from './serviceFacts.ts'

const LAST = 0n
const SERVING = { compute: 'compute', observer: 'observer' } as const

/** Whose runtimes are looked at, and when. */
export interface RuntimesAsked {
  readonly status: Status
  readonly owner: PublicKey | undefined
  readonly epoch: Epoch
}

/** See the top of this file. */
export async function gatherRuntimes(
  node: AskedNode,
  { status, owner, epoch }: RuntimesAsked,
): Promise<readonly RuntimeFacts[]> {
  const { mode, identity, runtimes } = status
  const role = mode === 'compute' || mode === 'observer' ? SERVING[mode] : undefined
  const found: RuntimeFacts[] = []
  let serving: ServingNode | undefined
  for (const [id, said] of runtimes) {
    const descriptor = await runtimeOf(node, id)
    const query = { runtimeId: id, height: LAST }
    const state = await orNothing(node.ask(roothashCalls, 'RootHash/GetRuntimeState', query))
    if (role !== undefined && descriptor !== undefined)
      serving ??= await gatherServing(node, { id: identity.node, owner, role, epoch })
    found.push(await runtimeFacts(node, { id, said, descriptor, state, epoch, role, serving }))
  }
  return found
}

function runtimeOf(node: AskedNode, id: Namespace): Promise<Runtime | undefined> {
  const query = { height: LAST, id, includeSuspended: true }
  return orNothing(node.ask(registryCalls, 'Registry/GetRuntime', query))
}

interface Known {
  readonly id: Namespace
  readonly said: RuntimeStatus
  readonly descriptor: Runtime | undefined
  readonly state: RuntimeState | undefined
  readonly epoch: Epoch
  /** Undefined where it serves none. */
  readonly role: ServiceFacts['role'] | undefined
  readonly serving: ServingNode | undefined
}

async function runtimeFacts(node: AskedNode, known: Known): Promise<RuntimeFacts> {
  const { id, said, descriptor, state, epoch, role, serving } = known
  const registered = descriptor && registeredOf(descriptor, state, epoch)
  return {
    id: toHex(id),
    registered,
    program: programOf(said, role !== undefined),
    rounds: roundsOf(said, state),
    keyManager: descriptor?.keyManager && (await keyManagerOf(node, descriptor.keyManager, said)),
    service:
      serving && descriptor && serviceOf({ ...serving, descriptor, state, due: registered?.due }),
  }
}

function registeredOf(
  descriptor: Runtime,
  state: RuntimeState | undefined,
  epoch: Epoch,
): RegisteredRuntime {
  // The registry has no nulls among them; what answers may.
  const deployments = descriptor.deployments.filter((one) => one !== undefined)
  const known = { ...descriptor, deployments }
  return {
    isSuspended: state?.suspended === true,
    due: activeDeployment(known, epoch)?.version,
    next: nextDeployment(known, epoch),
  }
}

/** Who serves a runtime has to run it, whether its node says anything of programs or not. */
function programOf(
  { committee, executor }: RuntimeStatus,
  isNeeded: boolean,
): ProgramFacts | undefined {
  const versions = committee?.host.versions ?? []
  if (executor === undefined && versions.length === 0 && !isNeeded) return undefined
  const { 'waiting for hosted runtime provision': waiting } = CommitteeState.names
  const runs =
    executor === undefined
      ? committee?.status !== waiting
      : executor.status !== ExecutorState.names['waiting for runtime readiness']
  return { versions, runs }
}

function roundsOf(
  { committee, storage, indexer, latestRound }: RuntimeStatus,
  state: RuntimeState | undefined,
): RoundFacts {
  const { reindexStatus } = indexer ?? {}
  return {
    last: state?.lastBlock?.header.round ?? latestRound,
    isIndexing: committee?.status === CommitteeState.names['waiting for history reindex'],
    heightsLeft: reindexStatus && reindexStatus.endHeight - reindexStatus.lastHeight,
    stored: storage?.lastFinalizedRound,
    peers: committee?.peers?.length ?? 0,
  }
}

async function keyManagerOf(
  node: AskedNode,
  id: Namespace,
  { committee }: RuntimeStatus,
): Promise<KeyManagerFacts> {
  const query = { id, height: LAST }
  const status = await orNothing(node.ask(keyManagerCalls, 'KeyManager.Secrets/GetStatus', query))
  return {
    id: toHex(id),
    isInitialized: status?.isInitialized === true,
    nodes: status?.nodes?.length ?? 0,
    isReached: committee?.status !== CommitteeState.names['waiting for available keymanager'],
  }
}

/** What a node says that keeps secrets; undefined if it keeps none. */
export async function gatherKeeper(
  node: AskedNode,
  { status: { keymanager, identity }, epoch }: RuntimesAsked,
): Promise<KeeperFacts | undefined> {
  const { ready, disabled } = KeymanagerState.names
  if (keymanager?.runtimeId === undefined || keymanager.status === disabled) return undefined
  const { runtimeId, activeVersion, secrets, status } = keymanager
  const descriptor = await runtimeOf(node, runtimeId)
  const { numLoaded = 0n, lastLoadedGeneration } = secrets?.worker.masterSecrets ?? {}
  return {
    id: toHex(runtimeId),
    runs: status === ready,
    due: descriptor && registeredOf(descriptor, undefined, epoch).due,
    active: activeVersion,
    isInitialized: secrets?.status?.isInitialized === true,
    isCounted: secrets?.status?.nodes?.some((one) => equalBytes(one, identity.node)) === true,
    generation: secrets?.status?.generation ?? 0n,
    loaded: numLoaded > 0n ? lastLoadedGeneration : undefined,
  }
}
