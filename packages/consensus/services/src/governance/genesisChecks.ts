/** What a node checks of governance's section before it accepts a genesis document at all. */

import { definePlainErrors } from '@wadi/base/errors'
import {
  type Genesis,
  type Parameters,
  type Proposal,
  ProposalState,
} from '@wadi/consensus/governance'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Epoch } from '@wadi/primitives/epoch'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { at } from '../kernel/documentPath.ts'
import { checkDescriptor } from '../upgrade/descriptors.ts'
import { pendingUpgradesIn, proposalsIn, votesIn } from './genesis.ts'
import { checkParameters } from './parameters.ts'
import { epochsBetween } from './upgradeDistance.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('governanceGenesisChecks', {
  createdLater: 'proposal of a later epoch',
  submitter: 'invalid proposal submitter',
  closedBefore: 'active proposal with past closing epoch',
  countedVotes: 'active proposal with results',
  countedInvalidVotes: 'active proposal with non-zero invalid votes',
  upgradeBefore: 'active proposal with past upgrade epoch',
  closesLater: 'closed proposal with future closing epoch',
  deposits: "sum of active proposals' deposits does not match the governance deposits",
  voter: 'invalid voter',
  upgradesTooNear: 'pending upgrades too near to each other',
})

/** What the rest of the document says. */
export interface GenesisTerms {
  /** In which the network begins. */
  readonly epoch: Epoch
  /** Which the ledger holds. */
  readonly governanceDeposits: Quantity
}

/** Refuses a section from which no network could go on. */
export function checkGenesis(genesis: Genesis, terms: GenesisTerms): void {
  at('governance.params', () => checkParameters(genesis.params))
  const proposals = proposalsIn(genesis)
  for (const [i, proposal] of proposals.entries()) {
    const wrong = problemOf(proposal, terms.epoch)
    if (wrong !== undefined) throw errors[wrong](`governance.proposals[${i}]`)
  }
  if (depositsOf(proposals) !== terms.governanceDeposits)
    throw errors.deposits('staking.governance_deposits')
  for (const { id } of proposals)
    for (const { voter } of votesIn(genesis, id))
      if (isReservedAddress(voter)) throw errors.voter(`governance.vote_entries.${id}`)
  const pending = pendingUpgradesIn(proposals, terms.epoch)
  checkUpgrades(
    pending.map(([, upgrade]) => upgrade),
    genesis.params,
  )
}

/** The deposits of the proposals that are open. */
export function depositsOf(proposals: readonly Proposal[]): Quantity {
  let sum = ZERO
  for (const { state, deposit } of proposals)
    if (state === ProposalState.names.active) sum = add(sum, deposit)
  return sum
}

/** What is wrong with a proposal, if it is now this epoch. Old ones may break today's rules. */
export function problemOf(proposal: Proposal, epoch: Epoch): keyof typeof errors | undefined {
  const { createdAt, submitter, state, closesAt, results, invalidVotes, content } = proposal
  if (createdAt > epoch) return 'createdLater'
  if (isReservedAddress(submitter)) return 'submitter'
  if (state !== ProposalState.names.active) return closesAt > epoch ? 'closesLater' : undefined
  if (closesAt < epoch) return 'closedBefore'
  if (results !== undefined) return 'countedVotes'
  if (invalidVotes !== 0n) return 'countedInvalidVotes'
  if (content.upgrade !== undefined && content.upgrade.epoch < epoch) return 'upgradeBefore'
  return undefined
}

function checkUpgrades(
  upgrades: readonly UpgradeDescriptor[],
  { upgradeMinEpochDiff }: Parameters,
): void {
  for (const upgrade of upgrades) at('governance.proposals', () => checkDescriptor(upgrade))
  const epochs = upgrades.map(({ epoch }) => epoch).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [i, epoch] of epochs.entries()) {
    const before = epochs[i - 1]
    if (before !== undefined && epochsBetween(before, epoch) < upgradeMinEpochDiff)
      throw errors.upgradesTooNear(`governance.proposals: epochs ${before} and ${epoch}`)
  }
}
