/** What the state says of a node that serves a runtime. */

import { equalBytes } from '@wadi/base/bytes'
import type { NodeStatus } from '@wadi/consensus/registry'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { Runtime, SchedulingConstraints } from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { Validator } from '@wadi/consensus/scheduler'
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

/** A node, and what it is to do. */
interface Server {
  readonly id: PublicKey
  readonly owner: PublicKey | undefined
  readonly role: ServiceFacts['role']
  readonly epoch: Epoch
}

/** It, and what the state says whichever runtime it is asked about. */
export interface ServingNode extends Server {
  /** All whose registrations are valid. */
  readonly nodes: readonly Node[]
  readonly standing: NodeStatus | undefined
  readonly validators: readonly Validator[]
}

/** What it serves. */
export interface ServedRuntime extends ServingNode {
  readonly descriptor: Runtime
  readonly state: RuntimeState | undefined
  readonly due: Version | undefined
}

/** Asks what is the same for all runtimes of a node. */
export async function gatherServing(node: AskedNode, server: Server): Promise<ServingNode> {
  const { id, epoch } = server
  const all = (await node.ask(registryCalls, 'Registry/GetNodes', LAST)) ?? []
  const query = { height: LAST, id }
  return {
    ...server,
    nodes: all.filter(({ expiration }) => expiration >= epoch).map(withoutNulls),
    standing: await orNothing(node.ask(registryCalls, 'Registry/GetNodeStatus', query)),
    validators: await node.ask(schedulerCalls, 'Scheduler/GetValidators', LAST),
  }
}

/** See the top of this file. */
export function serviceOf(served: ServedRuntime): ServiceFacts {
  const { id, owner, role, descriptor, nodes, standing } = served
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
    committee: role === 'compute' ? committeeOf(served) : undefined,
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

function committeeOf(served: ServedRuntime): CommitteeFacts {
  const { id, owner, descriptor, state, due, nodes, validators } = served
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
    lacksValidator:
      rules.validatorSet !== undefined && !validators.some((one) => isOwn(one.entityId)),
    siblings: others.filter((one) => isMember(one.id)).length,
    maxPerEntity: rules.maxNodes?.limit,
    liveness: livenessOf(state, id),
  }
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
