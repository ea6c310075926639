/** Electing validators: the entities with the most stake, and for each of them its nodes by lot. */

import { compareBytes } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/scheduler'
import { hasRole } from '@wadi/primitives/nodeRoles'
import { compare } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import type { Candidate, Election, Operator } from './election.ts'
import { electionRandom } from './electionRandom.ts'
import type { ValidatorEntry } from './queries.ts'
import { inSortedOrder, validatorSortition } from './sortition.ts'
import { setPendingValidators } from './state.ts'
import { votingPowerOf } from './votingPower.ts'

/** Elects who validates from the end of this block on. Returns who operates the validators. */
export function electValidators(ctx: Context, election: Election): ReadonlySet<Operator> {
  const eligible = election.candidates.filter(
    ({ node, operator }) => hasRole(node.roles, 'validator') && operator.isStaked,
  )
  const elected = topCandidates(election, eligible, inRandomOrder(ctx, election, eligible))
  const { minValidators } = election.params
  if (elected.length === 0) throw new BugError('scheduler: failed to elect any validators')
  if (BigInt(elected.length) < minValidators)
    throw new BugError(`scheduler: ${elected.length} validators, at least ${minValidators} needed`)
  setPendingValidators(
    ctx.state,
    elected.map((candidate) => validatorOf(election.params, candidate)),
  )
  return new Set(elected.map(({ operator }) => operator))
}

/** As many nodes as there are places, from the entities with the most stake downwards. */
function topCandidates(
  { params, entropy }: Election,
  eligible: readonly Candidate[],
  ordered: readonly Candidate[],
): readonly Candidate[] {
  const nodes = Map.groupBy(ordered, ({ operator }) => operator)
  const elected: Candidate[] = []
  for (const operator of inOrderOfStake(params, entropy, eligible)) {
    const own = nodes.get(operator) ?? []
    for (const candidate of own.slice(0, Number(params.maxValidatorsPerEntity))) {
      elected.push(candidate)
      // COMPAT(oasis-core): a maximum that governance has set to zero lets one in.
      if (BigInt(elected.length) >= params.maxValidators) return elected
    }
  }
  return elected
}

/** Everybody's nodes by lot, which decides between the nodes of one entity. */
function inRandomOrder(
  ctx: Context,
  { epoch, params, entropy, vrf }: Election,
  eligible: readonly Candidate[],
): readonly Candidate[] {
  const provers = eligible.filter(({ beta }) => beta !== undefined)
  // COMPAT(oasis-core): with enough proofs, whoever has not proved is not elected at all.
  if (vrf !== undefined && BigInt(provers.length) >= params.minValidators)
    return inSortedOrder(validatorSortition(ctx, epoch), provers)
  const random = electionRandom(entropy, 'EkS-ABCI-Validators')
  return random.perm(eligible.length).map((i) => eligible[i]!)
}

/** The entities of the nodes, the most stake first; lots decide between equal ones. */
function inOrderOfStake(
  params: Parameters,
  entropy: Election['entropy'],
  eligible: readonly Candidate[],
): readonly Operator[] {
  const operators = [...new Set(eligible.map(({ operator }) => operator))]
  operators.sort((a, b) => compareBytes(a.address, b.address))
  electionRandom(entropy, 'EkS-ABCI-Entities').shuffle(operators.length, (i, j) => {
    ;[operators[i], operators[j]] = [operators[j]!, operators[i]!]
  })
  return params.debugBypassStake ? operators : operators.sort((a, b) => compare(b.stake, a.stake))
}

function validatorOf(params: Parameters, { node, operator }: Candidate): ValidatorEntry {
  const votingPower = params.debugBypassStake
    ? 1n
    : votingPowerOf(operator.stake, params.votingPowerDistribution)
  return [node.consensus.id, { id: node.id, entityId: node.entityId, votingPower }]
}
