import { make } from '@wadi/cbor/codec'
import {
  type CancelUpgradeProposal,
  type ChangeParametersProposal,
  type Parameters,
  Proposal,
  type ProposalContent,
  ProposalState,
} from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import { errors as stakingErrors } from '@wadi/consensus/staking/errors'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { epochOf } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { transferToGovernanceDeposits } from '../../staking/actions.ts'
import { accountOf } from '../../staking/queries.ts'
import { checkContent } from '../proposals.ts'
import { nextProposalIdOf, parametersOf, pendingUpgradeOf, proposalOf } from '../queries.ts'
import { setActiveProposal, setNextProposalId } from '../state.ts'
import { checkDistance, epochsLater } from '../upgradeDistance.ts'

/** governance.SubmitProposal: opens a vote, and takes a deposit. */
export function submitProposal(ctx: Context, content: ProposalContent): Proposal | undefined {
  const { state, caller: submitter } = ctx
  const params = parametersOf(state)
  checkContent(content, params)
  if (endsCheck(ctx)) return undefined
  if (content.changeParameters !== undefined && !params.enableChangeParametersProposal)
    throw errors.invalidArgument('parameters cannot be changed')
  useGas(ctx, params.gasCosts, 'submit_proposal')
  if (endsSimulation(ctx)) return undefined

  const deposit = params.minProposalDeposit
  if (isReservedAddress(submitter)) throw stakingErrors.forbidden()
  if (accountOf(state, submitter).general.balance < deposit)
    throw stakingErrors.insufficientBalance()
  checkAgainstState(ctx, content, params)

  transferToGovernanceDeposits(ctx, submitter, deposit)
  const id = nextProposalIdOf(state)
  setNextProposalId(state, BigInt.asUintN(64, id + 1n))
  const createdAt = epochOf(state)
  const proposal = make(Proposal, {
    id,
    submitter,
    state: ProposalState.names.active,
    deposit,
    content,
    createdAt,
    closesAt: epochsLater(createdAt, params.votingPeriod),
  })
  setActiveProposal(state, proposal)
  emit(ctx, 'oasis_event_300_governance', 'proposal_submitted', { id, submitter })
  return proposal
}

function checkAgainstState(ctx: Context, content: ProposalContent, params: Parameters): void {
  const { upgrade, cancelUpgrade, changeParameters } = content
  if (upgrade !== undefined) checkUpgrade(ctx, upgrade, params)
  if (cancelUpgrade !== undefined) checkCancellation(ctx, cancelUpgrade, params)
  if (changeParameters !== undefined) checkChanges(ctx, changeParameters)
}

function checkUpgrade({ state }: Context, upgrade: UpgradeDescriptor, params: Parameters): void {
  if (upgrade.epoch < epochsLater(epochOf(state), params.upgradeMinEpochDiff))
    throw errors.upgradeTooSoon()
  checkDistance(state, upgrade, params)
}

function checkCancellation(
  { state }: Context,
  { proposalId }: CancelUpgradeProposal,
  { upgradeCancelMinEpochDiff }: Parameters,
): void {
  const proposal = proposalOf(state, proposalId)
  if (proposal === undefined) throw errors.noSuchProposal()
  const upgrade = pendingUpgradeOf(state, proposal)
  if (upgrade === undefined) throw errors.noSuchUpgrade()
  if (upgrade.epoch < epochsLater(epochOf(state), upgradeCancelMinEpochDiff))
    throw errors.upgradeTooSoon()
}

/** Asks the service that is meant. */
function checkChanges(ctx: Context, proposal: ChangeParametersProposal): void {
  if (ctx.chain.bus.publish(ctx, 'validateParameterChanges', proposal) === undefined)
    throw errors.invalidArgument(`no module ${proposal.module}`)
}
