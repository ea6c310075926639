/** What always holds of proposals and upgrades. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type Proposal, ProposalState } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { areEpochsMocked, canMissEpochs, epochOf } from '../beacon/queries.ts'
import type { Violation } from '../kernel/service.ts'
import { entriesOf, has, type ReadableState } from '../kernel/state.ts'
import { governanceDepositsOf } from '../staking/queries.ts'
import { checkDescriptor } from '../upgrade/descriptors.ts'
import { depositsOf, problemOf } from './genesisChecks.ts'
import { checkParameters } from './parameters.ts'
import { nextProposalIdOf, parametersOf, proposalOf, proposalsOf, votesOf } from './queries.ts'

const { active, passed } = ProposalState.names

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  yield* parameterViolations(state)
  yield* proposalViolations(state)
  yield* activeViolations(state)
  yield* pendingUpgradeViolations(state)
}

function broken(invariant: string, details: string): Violation {
  return { invariant: `governance.${invariant}`, details }
}

function refusalOf(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return error.message
    throw error
  }
}

function* parameterViolations(state: ReadableState): Generator<Violation> {
  const refusal = refusalOf(() => checkParameters(parametersOf(state)))
  if (refusal !== undefined) yield broken('parameters', refusal)
}

/** What is wrong with a proposal whose epoch nobody was told of. */
const OVERDUE: readonly string[] = ['closedBefore', 'upgradeBefore']
/** What is wrong with a proposal if it is an earlier epoch now. */
const EARLY: readonly string[] = ['createdLater', 'closesLater']

/**
 * May it be so nevertheless?
 * COMPAT(oasis-core): what ends in an epoch that nobody is told of, or in which it was submitted,
 * never ends; and where tests say which epoch it is, it may be an earlier one than in the dump that
 * the chain begins from.
 */
function isExcused(state: ReadableState, proposal: Proposal, problem: string): boolean {
  const { createdAt, closesAt } = proposal
  if (OVERDUE.includes(problem)) return canMissEpochs(state) || closesAt <= createdAt
  return EARLY.includes(problem) && areEpochsMocked(state)
}

/** Proposals are what they can be at this time, and the open ones have their deposits in place. */
function* proposalViolations(state: ReadableState): Generator<Violation> {
  const proposals = proposalsOf(state)
  const epoch = epochOf(state)
  for (const proposal of proposals) {
    const { id } = proposal
    const problem = problemOf(proposal, epoch)
    if (problem !== undefined && !isExcused(state, proposal, problem))
      yield broken('proposal', `${id}: ${problem}`)
    if (id >= nextProposalIdOf(state)) yield broken('nextProposalId', `${id} is taken`)
    for (const { voter } of votesOf(state, id))
      if (isReservedAddress(voter)) yield broken('vote', `${id}: by ${toHex(voter)}`)
  }
  const deposits = depositsOf(proposals)
  const held = governanceDepositsOf(state)
  if (deposits !== held) yield broken('deposits', `${held} instead of ${deposits}`)
}

/** The index of open proposals has all of them, and nothing else. */
function* activeViolations(state: ReadableState): Generator<Violation> {
  for (const { id, state: status, closesAt } of proposalsOf(state))
    if ((status === active) !== has(state, keys.activeProposals, closesAt, id))
      yield broken('activeProposals', `${id}`)
  for (const [[closesAt, id]] of entriesOf(state, keys.activeProposals))
    if (proposalOf(state, id)?.closesAt !== closesAt)
      yield broken('activeProposals', `${id} at ${closesAt}`)
}

/**
 * Upgrades that are to come have passed, and are in the future. How far they are from each other
 * is not looked at: a change of the parameters may ask for more than when they were accepted.
 */
function* pendingUpgradeViolations(state: ReadableState): Generator<Violation> {
  const now = epochOf(state)
  for (const [[epoch, id]] of entriesOf(state, keys.pendingUpgrades)) {
    const proposal = proposalOf(state, id)
    const upgrade = proposal?.content.upgrade
    if (proposal?.state !== passed || upgrade?.epoch !== epoch) {
      yield broken('pendingUpgrades', `${id} at ${epoch} did not pass`)
      continue
    }
    const refusal = refusalOf(() => checkDescriptor(upgrade))
    if (refusal !== undefined) yield broken('pendingUpgrades', `${id}: ${refusal}`)
    if (epoch < now && !canMissEpochs(state))
      yield broken('pendingUpgrades', `${id} was due at ${epoch}`)
  }
}
