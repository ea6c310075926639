/** Electing the committees of runtimes. */

import {
  RUNTIME_KINDS,
  type Runtime,
  type SchedulingConstraints,
} from '@wadi/consensus/registry/runtime'
import {
  CommitteeKind,
  type CommitteeNode,
  CommitteeRole,
} from '@wadi/consensus/scheduler/committee'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { hasFeature261 } from '../kernel/features.ts'
import { isEligible } from '../registry/nodeStatus.ts'
import { runtimesOf } from '../registry/queries.ts'
import type { Candidate, Election, Operator } from './election.ts'
import { electionRandom } from './electionRandom.ts'
import { forcedInto, isForced, isForcing, seated } from './forcedElection.ts'
import { committeeSortition, dedupSortition, inSortedOrder, type Seats } from './sortition.ts'
import { dropCommittee, setCommittee } from './state.ts'
import { isSuitableWorker } from './suitability.ts'

const { executor: EXECUTOR } = CommitteeKind.names
const { worker: WORKER, 'backup-worker': BACKUP_WORKER } = CommitteeRole.names
/** Workers come first; others rely on it. */
const ROLES = [WORKER, BACKUP_WORKER] as const
type Role = (typeof ROLES)[number]

/** Elects the committees of all runtimes. Returns who operates nodes that stood for one. */
export function electCommittees(
  ctx: Context,
  election: Election,
  validators: ReadonlySet<Operator>,
): ReadonlySet<Operator> {
  const standing = new Set<Operator>()
  const candidates = committeeCandidates(election)
  const isComputeOnly = hasFeature261(ctx.state)
  for (const runtime of runtimesOf(ctx.state)) {
    // COMPAT(oasis-core): before 26.1 key managers had elections too, which elected nobody.
    if (isComputeOnly && runtime.kind !== RUNTIME_KINDS.compute) continue
    const ballot: Ballot = { election, runtime, candidates, validators, standing }
    const members = electMembers(ctx, ballot)
    if (members === undefined) dropCommittee(ctx.state, EXECUTOR, runtime.id)
    else
      setCommittee(ctx.state, {
        kind: EXECUTOR,
        members,
        runtimeId: runtime.id,
        validFor: election.epoch,
      })
  }
  emit(ctx, 'oasis_event_200_scheduler', 'elected', { kinds: [EXECUTOR] })
  return standing
}

/** A node that is new has not yet proved anything in an epoch whose alpha it could not know. */
function committeeCandidates({ vrf, params, candidates, epoch }: Election): readonly Candidate[] {
  if (vrf === undefined || params.debugAllowWeakAlpha) return candidates
  return candidates.filter(({ status }) => isEligible(status, epoch))
}

/** What a committee is elected by. */
interface Ballot {
  readonly election: Election
  readonly runtime: Runtime
  readonly candidates: readonly Candidate[]
  /** Who operates validators. */
  readonly validators: ReadonlySet<Operator>
  /** Who operates nodes that may be elected; added to. */
  readonly standing: Set<Operator>
}

/** The members of the runtime's committee, workers first; undefined if there can be none. */
function electMembers(ctx: Context, ballot: Ballot): readonly CommitteeNode[] | undefined {
  const { election, runtime } = ballot
  const { vrf, params } = election
  if (vrf !== undefined && !vrf.canElect && !params.debugAllowWeakAlpha) return undefined
  if (sizeOf(runtime, WORKER) === 0) return undefined
  const pools = poolsOf(ctx, ballot)
  const members: CommitteeNode[] = []
  for (const [role, pool] of pools) {
    const elected = electRole(ctx, ballot, role, pool)
    if (elected === undefined) return undefined
    for (const { node } of elected) members.push({ role, publicKey: node.id })
  }
  return members
}

function sizeOf({ executor }: Runtime, role: Role): number {
  return role === WORKER ? executor.groupSize : executor.groupBackupSize
}

function constraintsOf(runtime: Runtime, role: Role): Partial<SchedulingConstraints> {
  return runtime.constraints.get(EXECUTOR)?.get(role) ?? {}
}

function seatsOf({ id: runtimeId }: Runtime, role: Role): Seats {
  return { runtimeId, kind: EXECUTOR, role }
}

/** Who may be elected for each role that has seats. */
function poolsOf(ctx: Context, ballot: Ballot): ReadonlyMap<Role, readonly Candidate[]> {
  const { runtime, validators, standing } = ballot
  const roles = ROLES.filter((role) => sizeOf(runtime, role) > 0)
  const pools = new Map(roles.map((role) => [role, [] as Candidate[]]))
  for (const candidate of ballot.candidates) {
    if (!mayStand(ctx, ballot, candidate)) continue
    for (const [role, pool] of pools) {
      const { validatorSet } = constraintsOf(runtime, role)
      if (validatorSet !== undefined && !validators.has(candidate.operator)) continue
      pool.push(candidate)
      standing.add(candidate.operator)
    }
  }
  return pools
}

/** May the candidate be elected for the runtime at all? */
function mayStand(ctx: Context, { election, runtime }: Ballot, candidate: Candidate): boolean {
  const { vrf, params, epoch } = election
  if (!candidate.operator.isStaked) return false
  if (!isSuitableWorker(ctx, candidate, runtime, epoch)) return false
  if (vrf === undefined || candidate.beta !== undefined) return true
  const committee = { runtimeId: runtime.id, kind: EXECUTOR }
  return isForced(ctx, params, committee, candidate.node.id)
}

/** Elects the nodes for a role; undefined if it cannot have as many as it needs. */
function electRole(
  ctx: Context,
  { election, runtime }: Ballot,
  role: Role,
  pool: readonly Candidate[],
): readonly Candidate[] | undefined {
  const size = sizeOf(runtime, role)
  const { maxNodes, minPoolSize } = constraintsOf(runtime, role)
  const isRigged = isForcing(ctx, election.params)
  const isLimited = maxNodes !== undefined && maxNodes.limit > 0
  if (isLimited && isRigged) return undefined
  const seats = seatsOf(runtime, role)
  const nodes = isLimited
    ? firstPerEntity(ctx, election, { seats, pool, limit: maxNodes.limit })
    : pool
  if (nodes.length < (minPoolSize?.limit ?? 0) || nodes.length < size) return undefined
  const forced = isRigged ? forcedInto(election.params, seats, nodes, size) : new Map()
  if (forced === undefined) return undefined
  const others = inRandomOrder(ctx, election, seats, nodes).filter((node) => !forced.has(node))
  const picked = others.slice(0, size - forced.size)
  // COMPAT(oasis-core): a limit of zero does not limit who may stand, but lets nobody be picked.
  if (maxNodes?.limit === 0 && picked.length > 0) return undefined
  const elected = [...forced.keys(), ...picked]
  return elected.length === size ? seated(elected, forced, seats) : undefined
}

interface Limited {
  readonly seats: Seats
  readonly pool: readonly Candidate[]
  readonly limit: number
}

/** So many nodes of each entity, by lot if there are proofs. */
function firstPerEntity(
  ctx: Context,
  { epoch, vrf }: Election,
  { seats, pool, limit }: Limited,
): readonly Candidate[] {
  const ordered = vrf === undefined ? pool : inSortedOrder(dedupSortition(ctx, epoch, seats), pool)
  const counts = new Map<Operator, number>()
  return ordered.filter(({ operator }) => {
    const count = counts.get(operator) ?? 0
    counts.set(operator, count + 1)
    return count < limit
  })
}

/** All by lot; without proofs those that have proved nothing are in it too. */
function inRandomOrder(
  ctx: Context,
  { epoch, entropy, vrf }: Election,
  seats: Seats,
  nodes: readonly Candidate[],
): readonly Candidate[] {
  if (vrf !== undefined) return inSortedOrder(committeeSortition(ctx, epoch, seats), nodes)
  const use = seats.role === WORKER ? 'EkS-ABCI-ComputeWorker' : 'EkS-ABCI-ComputeBackup-Worker'
  const random = electionRandom(entropy, use, seats.runtimeId)
  return random.perm(nodes.length).map((i) => nodes[i]!)
}
