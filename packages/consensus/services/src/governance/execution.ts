/** Doing what a proposal that passed says. */

import type {
  CancelUpgradeProposal,
  ChangeParametersProposal,
  Proposal,
} from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { announceCancellation, announceUpgrade } from './actions.ts'
import { parametersOf, pendingUpgradeOf, proposalOf } from './queries.ts'
import { removePendingUpgrade, setPendingUpgrade } from './state.ts'
import { checkDistance } from './upgradeDistance.ts'

/**
 * Executes a proposal, or refuses to.
 * COMPAT(oasis-core): in no sub-transaction: what was written before a failure stays.
 */
export function executeProposal(ctx: Context, { id, content }: Proposal): void {
  const { upgrade, cancelUpgrade, changeParameters } = content
  if (upgrade !== undefined) executeUpgrade(ctx, id, upgrade)
  else if (cancelUpgrade !== undefined) executeCancellation(ctx, cancelUpgrade)
  else if (changeParameters !== undefined) executeChanges(ctx, changeParameters)
  else throw errors.invalidArgument('a proposal of nothing')
  emit(ctx, 'oasis_event_300_governance', 'proposal_executed', { id })
}

function executeUpgrade({ state, chain }: Context, id: bigint, upgrade: UpgradeDescriptor): void {
  checkDistance(state, upgrade, parametersOf(state))
  setPendingUpgrade(state, upgrade.epoch, id)
  announceUpgrade(chain.upgrader, upgrade)
}

function executeCancellation(
  { state, chain }: Context,
  { proposalId }: CancelUpgradeProposal,
): void {
  const proposal = proposalOf(state, proposalId)
  if (proposal === undefined) throw errors.noSuchProposal()
  const upgrade = pendingUpgradeOf(state, proposal)
  if (upgrade === undefined) throw errors.noSuchUpgrade()
  removePendingUpgrade(state, upgrade.epoch, proposalId)
  announceCancellation(chain.upgrader, upgrade)
}

function executeChanges(ctx: Context, proposal: ChangeParametersProposal): void {
  if (!parametersOf(ctx.state).enableChangeParametersProposal)
    throw errors.invalidArgument('parameters cannot be changed')
  if (ctx.chain.bus.publish(ctx, 'changeParameters', proposal) === undefined)
    throw errors.invalidArgument(`no module ${proposal.module}`)
}
