/** What the state says of a node that serves a runtime. */

import { equalBytes } from '@wadi/base/bytes'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { Runtime, SchedulingConstraints } from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { calls as schedulerCalls } from '@wadi/consensus/scheduler/api'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import { hasRole, ROLES } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Version } from '@wadi/primitives/version'
import { membersOf } from '@wadi/runtime-protocol/committee'
import { registeredRuntime } from '@wadi/runtime-protocol/deployments'
import type { AskedNode } from '../connection/nodeConnection.ts'
import { orNothing } from './absent.ts'
import { refusalOf } from './admission.ts'
import type { CommitteeFacts, LivenessFacts, ServiceFacts } from './runtimeFacts.ts'

const LAST = 0n
const { executor: EXECUTOR } = CommitteeKind.names
const { worker: WORKER } = CommitteeRole.names

/** The node, and what it is to do. */
export interface ServingNode {
  readonly id: PublicKey
  readonly owner: PublicKey | undefined
  readonly role: ServiceFacts['role']
  readonly epoch: Epoch
}

/** What it serves. */
export interface ServedRuntime extends ServingNode {
  readonly descriptor: Runtime
  readonly state: RuntimeState | undefined
  readonly due: Version | undefined
}

/** See the top of this file. */
export async function gatherService(node: AskedNode, served: ServedRuntime): Promise<ServiceFacts> {
  const { id, owner, role, epoch, descriptor } = served
  const all = (await node.ask(registryCalls, 'Registry/GetNodes', LAST)) ?? []
  const nodes = all.filter(({ expiration }) => expiration >= epoch).map(withoutNulls)
  const query = { height: LAST, id }
  const standing = await orNothing(node.ask(registryCalls, 'Registry/GetNodeStatus', query))
  const fault = standing?.faults.get(descriptor.id)
  const own = nodes.find((one) => equalBytes(one.id, id))
  const versions = own && hasRole(own.roles, role) ? versionsOf(own, descriptor) : []
  return {
    role,
    refusal:
      owner &&
      refusalOf(descriptor.admissionPolicy, {
        owner,
        role: ROLES[role],
        others: nodes.filter(
          (one) =>
            !equalBytes(one.id, id) &&
            equalBytes(one.entityId, owner) &&
            hasRole(one.roles, role) &&
            versionsOf(one, descriptor).length > 0,
        ).length,
      }),
    versions: versions.length === 0 ? undefined : versions,
    failures: fault?.failures ?? 0,
    suspendedUntil: fault?.suspendedUntil ?? 0n,
    committee: role === 'compute' ? await committeeOf(node, served, nodes) : undefined,
  }
}

/** The registry has no nulls among runtimes of nodes; what answers may. */
function withoutNulls(node: Node): Node {
  return { ...node, runtimes: node.runtimes?.filter((one) => one !== undefined) }
}

/** The versions of the runtime for which a node is registered. */
function versionsOf({ runtimes = [] }: Node, { id }: Runtime): readonly Version[] {
  return runtimes.flatMap((one) =>
    one !== undefined && equalBytes(one.id, id) ? [one.version] : [],
  )
}

async function committeeOf(
  node: AskedNode,
  { id, owner, descriptor, state, due }: ServedRuntime,
  nodes: readonly Node[],
): Promise<CommitteeFacts> {
  const { executor, constraints } = descriptor
  const rules: Partial<SchedulingConstraints> = constraints.get(EXECUTOR)?.get(WORKER) ?? {}
  const members = state?.committee === undefined ? undefined : membersOf(state.committee)
  const isMember = (of: PublicKey) => members?.some((one) => equalBytes(one.publicKey, of)) === true
  const isOwn = (entityId: PublicKey) => owner !== undefined && equalBytes(entityId, owner)
  const runsDue = (one: Node) =>
    due !== undefined && registeredRuntime(one, descriptor.id, due) !== undefined
  const others = nodes.filter((one) => isOwn(one.entityId) && !equalBytes(one.id, id))
  return {
    isMember: isMember(id),
    seats: members && executor.groupSize,
    candidates: nodes.filter((one) => hasRole(one.roles, 'compute') && runsDue(one)).length,
    candidatesMin: Math.max(
      executor.groupSize,
      executor.groupBackupSize,
      rules.minPoolSize?.limit ?? 0,
    ),
    lacksValidator: rules.validatorSet !== undefined && !(await ownsValidator(node, isOwn)),
    siblings: others.filter((one) => isMember(one.id)).length,
    maxPerEntity: rules.maxNodes?.limit,
    liveness: livenessOf(state, id),
  }
}

async function ownsValidator(
  node: AskedNode,
  isOwn: (entityId: PublicKey) => boolean,
): Promise<boolean> {
  const validators = await node.ask(schedulerCalls, 'Scheduler/GetValidators', LAST)
  return validators.some(({ entityId }) => isOwn(entityId))
}

/** Workers only are judged by it. */
function livenessOf(state: RuntimeState | undefined, id: PublicKey): LivenessFacts | undefined {
  const { committee, livenessStats, runtime } = state ?? {}
  if (committee === undefined || livenessStats === undefined || runtime === undefined)
    return undefined
  const index = membersOf(committee).findIndex(
    ({ role, publicKey }) => role === WORKER && equalBytes(publicKey, id),
  )
  if (index < 0) return undefined
  const { minLiveRoundsPercent, minLiveRoundsEval, maxMissedProposalsPercent } = runtime.executor
  return {
    rounds: livenessStats.totalRounds,
    live: livenessStats.goodRounds?.[index] ?? 0n,
    livePercentMin: BigInt(minLiveRoundsPercent),
    roundsMin: minLiveRoundsEval,
    finalized: livenessStats.finalizedProposals?.[index] ?? 0n,
    missed: livenessStats.missedProposals?.[index] ?? 0n,
    missedPercentMax: BigInt(maxMissedProposalsPercent),
  }
}
