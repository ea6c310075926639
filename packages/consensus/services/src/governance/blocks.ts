/** What governance does when an epoch begins. */

import { toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { type Proposal, ProposalState } from '@wadi/consensus/governance'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { UPGRADE_STAGES } from '@wadi/consensus/upgrade'
import { stakingAddress } from '@wadi/primitives/address'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import { beginningEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import type { ReadableState } from '../kernel/state.ts'
import { StopForUpgrade, type Upgrader } from '../kernel/upgrader.ts'
import { currentValidatorsOf } from '../scheduler/queries.ts'
import { discardGovernanceDeposit, transferFromGovernanceDeposits } from '../staking/actions.ts'
import { accountOf, delegationsFor } from '../staking/queries.ts'
import { executeProposal } from './execution.ts'
import { activeProposalsOf, parametersOf, pendingUpgradesOf, votesOf } from './queries.ts'
import { removePendingUpgrades, setClosedProposal } from './state.ts'
import { decideOutcome, tally, type ValidatorPools } from './tally.ts'

/** Stops the node unless the upgrade of this epoch, if there is one, has begun. */
export function beginBlock(ctx: Context): void {
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  const { state, chain } = ctx
  // COMPAT(oasis-core): of several upgrades of an epoch only the first one is looked at.
  const upgrade = pendingUpgradesOf(state).find((pending) => pending.epoch === epoch)
  if (upgrade === undefined) return
  if (chain.upgrader !== undefined) checkBegun(chain.upgrader, upgrade)
  removePendingUpgrades(state, epoch)
}

function checkBegun(upgrader: Upgrader, upgrade: UpgradeDescriptor): void {
  const pending = upgrader.upgradeOf(upgrade)
  if (pending === undefined || pending.lastCompletedStage < UPGRADE_STAGES.startup)
    throw new StopForUpgrade(`the upgrade ${upgrade.handler} is due and has not begun`)
}

/** Closes the proposals that were open until this epoch, and executes those that passed. */
export function endBlock(ctx: Context): undefined {
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  const closing = activeProposalsOf(ctx.state).filter(({ closesAt }) => closesAt === epoch)
  if (closing.length === 0) return
  // COMPAT(oasis-core): read once: what one proposal does to stake does not count for the next.
  const electorate = electorateOf(ctx.state)
  assert(electorate.totalStake > 0n, 'governance: total voting stake is zero')
  for (const proposal of closing) closeProposal(ctx, electorate, proposal)
}

/** Who votes with how much. */
interface Electorate {
  readonly pools: ValidatorPools
  readonly totalStake: Quantity
}

/** An entity with several validators counts once. */
function electorateOf(state: ReadableState): Electorate {
  const pools = new Map<string, ReturnType<typeof accountOf>['escrow']['active']>()
  let totalStake = ZERO
  for (const [, { entityId }] of currentValidatorsOf(state)) {
    const address = stakingAddress(entityId)
    if (pools.has(toHex(address))) continue
    const pool = accountOf(state, address).escrow.active
    pools.set(toHex(address), pool)
    totalStake = add(totalStake, pool.balance)
  }
  return { pools, totalStake }
}

function closeProposal(ctx: Context, electorate: Electorate, open: Proposal): void {
  const { state } = ctx
  const { pools, totalStake } = electorate
  const { passed, rejected, failed } = ProposalState.names
  const { results, invalidVotes } = tally(votesOf(state, open.id), pools, (voter) =>
    delegationsFor(state, voter),
  )
  // An earlier proposal may have changed the threshold in this very block.
  const outcome = decideOutcome(results, totalStake, parametersOf(state).stakeThreshold)
  const isExecuted = outcome === passed && tryToExecute(ctx, open)
  const closed: Proposal = {
    ...open,
    state: outcome === rejected ? rejected : isExecuted ? passed : failed,
    results,
    invalidVotes: open.invalidVotes + invalidVotes,
  }
  setClosedProposal(state, closed)
  emit(ctx, 'oasis_event_300_governance', 'proposal_finalized', {
    id: closed.id,
    state: closed.state,
  })
  if (closed.state === rejected) discardGovernanceDeposit(ctx, closed.deposit)
  else transferFromGovernanceDeposits(ctx, closed.submitter, closed.deposit)
}

/** Tells whether the proposal could be executed. */
function tryToExecute(ctx: Context, proposal: Proposal): boolean {
  try {
    executeProposal(ctx, proposal)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}
