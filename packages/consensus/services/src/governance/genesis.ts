/** Governance's section of the genesis document: into the state, and back. */

import { definePlainErrors } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import {
  type Genesis,
  type Proposal,
  ProposalState,
  type VoteEntry,
} from '@wadi/consensus/governance'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Epoch } from '@wadi/primitives/epoch'
import { currentEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { parametersOf, proposalsOf, votesOf } from './queries.ts'
import {
  setActiveProposal,
  setNextProposalId,
  setParameters,
  setPendingUpgrade,
  setProposal,
  setVote,
} from './state.ts'

/** What a document may not say. The reference has no codes for these, and panics at null. */
export const errors = definePlainErrors('governanceGenesis', {
  null: 'null instead of a value',
})

/** Writes the parameters, the proposals and the votes. */
export function initChain(ctx: Context, { document: { governance } }: InitChainRequest): void {
  const { state } = ctx
  setParameters(state, governance.params)
  const proposals = proposalsIn(governance)
  let largestId = 0n
  for (const proposal of proposals) {
    const { id } = proposal
    if (id > largestId) largestId = id
    if (proposal.state === ProposalState.names.active) setActiveProposal(state, proposal)
    else setProposal(state, proposal)
    for (const { voter, vote } of votesIn(governance, id)) setVote(state, id, voter, vote)
  }
  // COMPAT(oasis-core): the epoch is not known yet, so that no upgrade is late enough.
  for (const [id, { epoch }] of pendingUpgradesIn(proposals, currentEpoch(ctx)))
    setPendingUpgrade(state, epoch, id)
  setNextProposalId(state, BigInt.asUintN(64, largestId + 1n))
}

/** The proposals of a document. */
export function proposalsIn({ proposals }: Genesis): readonly Proposal[] {
  return proposals.map((proposal, i) => present(proposal, `governance.proposals[${i}]`))
}

/** The votes of a document on a proposal. */
export function votesIn({ voteEntries }: Genesis, id: bigint): readonly VoteEntry[] {
  const entries = voteEntries.get(id) ?? []
  return entries.map((entry, i) => present(entry, `governance.vote_entries.${id}[${i}]`))
}

function present<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw errors.null(path)
  return value
}

/**
 * The upgrades that passed, were not cancelled, and are not before an epoch.
 * COMPAT(oasis-core): of proposals with the same identifier, each cancellation takes away one.
 */
export function pendingUpgradesIn(
  proposals: readonly Proposal[],
  epoch: Epoch,
): readonly (readonly [id: bigint, UpgradeDescriptor])[] {
  const passed = proposals.filter(({ state }) => state === ProposalState.names.passed)
  const pending: (readonly [bigint, UpgradeDescriptor])[] = []
  for (const { id, content } of passed) {
    const { upgrade } = content
    if (upgrade !== undefined && upgrade.epoch >= epoch) pending.push([id, upgrade])
  }
  for (const { content } of passed) {
    const cancelled = content.cancelUpgrade?.proposalId
    const i = pending.findIndex(([id]) => id === cancelled)
    if (i >= 0) pending.splice(i, 1)
  }
  return pending
}

/** The section from which a network could go on. */
export function exportGenesis(state: ReadableState): Genesis {
  const proposals = proposalsOf(state)
  // COMPAT(oasis-core): a proposal without votes has null.
  const voteEntries = proposals.map(({ id }) => {
    const votes = votesOf(state, id)
    return [id, votes.length === 0 ? undefined : votes] as const
  })
  return { params: parametersOf(state), proposals, voteEntries: keyedMap(u64, voteEntries) }
}
