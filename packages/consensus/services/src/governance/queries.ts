/** What anybody may read of governance. */

import { assert } from '@wadi/base/errors'
import type { Parameters, Proposal, VoteEntry } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import {
  entriesOf,
  has,
  type ReadableState,
  read,
  readExisting,
  valuesOf,
} from '../kernel/state.ts'

/** Governance's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** The identifier that the next proposal gets. */
export function nextProposalIdOf(state: ReadableState): bigint {
  return read(state, keys.nextProposalId) ?? 0n
}

/** A proposal, open or closed. */
export function proposalOf(state: ReadableState, id: bigint): Proposal | undefined {
  return read(state, keys.proposals, id)
}

/** All proposals by identifier. */
export function proposalsOf(state: ReadableState): readonly Proposal[] {
  return [...valuesOf(state, keys.proposals)]
}

/** The proposals that may be voted on, by the epoch in which they close, then by identifier. */
export function activeProposalsOf(state: ReadableState): readonly Proposal[] {
  return Array.from(entriesOf(state, keys.activeProposals), ([[, id]]) =>
    readExisting(state, keys.proposals, id),
  )
}

/** The votes on a proposal by address. */
export function votesOf(state: ReadableState, id: bigint): readonly VoteEntry[] {
  return Array.from(entriesOf(state, keys.votes, id), ([[, voter], vote]) => ({ voter, vote }))
}

/** The upgrades that passed and are to come, by epoch, then by proposal. */
export function pendingUpgradesOf(state: ReadableState): readonly UpgradeDescriptor[] {
  return Array.from(entriesOf(state, keys.pendingUpgrades), ([[, id]]) => {
    const { upgrade } = readExisting(state, keys.proposals, id).content
    assert(upgrade !== undefined, `governance: pending proposal ${id} is no upgrade`)
    return upgrade
  })
}

/** The upgrade of this proposal, if it is still to come. */
export function pendingUpgradeOf(
  state: ReadableState,
  { id, content: { upgrade } }: Proposal,
): UpgradeDescriptor | undefined {
  if (upgrade === undefined) return undefined
  return has(state, keys.pendingUpgrades, upgrade.epoch, id) ? upgrade : undefined
}
