import { toHex } from '@wadi/base/bytes'
import { ProposalState } from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import type { CastVote } from '@wadi/consensus/governance/methods'
import { errors as stakingErrors } from '@wadi/consensus/staking/errors'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import type { ReadableState } from '../../kernel/state.ts'
import { entityOf } from '../../registry/queries.ts'
import { currentValidatorsOf } from '../../scheduler/queries.ts'
import { delegationsFor } from '../../staking/queries.ts'
import { parametersOf, proposalOf } from '../queries.ts'
import { setVote } from '../state.ts'

/** governance.CastVote: says what the caller thinks of a proposal; the last word counts. */
export function castVote(ctx: Context, body: CastVote): void {
  castVoteOf(ctx, body, ({ state, signer }) => entityOf(state, signer)?.nodes)
}

/** As {@link castVote}, for a runtime: it has no signer, and so no entity. */
export function castRuntimeVote(ctx: Context, body: CastVote): void {
  castVoteOf(ctx, body, () => undefined)
}

/** The nodes of the voter's entity; undefined if it has none. */
type FindNodes = (ctx: Context) => readonly PublicKey[] | undefined

function castVoteOf(ctx: Context, { id, vote }: CastVote, findNodes: FindNodes): void {
  if (endsCheck(ctx)) return
  const { state, caller: submitter } = ctx
  const params = parametersOf(state)
  useGas(ctx, params.gasCosts, 'cast_vote')
  if (endsSimulation(ctx)) return

  if (isReservedAddress(submitter)) throw stakingErrors.forbidden()
  const nodes = findNodes(ctx)
  if (nodes === undefined && !params.allowVoteWithoutEntity) throw errors.notEligible('no entity')
  if (!isEligible(state, submitter, nodes ?? [])) throw errors.notEligible()
  const proposal = proposalOf(state, id)
  if (proposal === undefined) throw errors.noSuchProposal()
  if (proposal.state !== ProposalState.names.active) throw errors.votingIsClosed()
  // COMPAT(oasis-core): a vote that is neither yes nor no nor an abstention is a vote, too.
  setVote(state, id, submitter, vote)
  emit(ctx, 'oasis_event_300_governance', 'vote', { id, submitter, vote })
}

/** Does the voter validate, or delegate to somebody who does? */
function isEligible(state: ReadableState, voter: Address, nodes: readonly PublicKey[]): boolean {
  const validators = currentValidatorsOf(state).map(([, validator]) => validator)
  const validating = new Set(validators.map(({ id }) => toHex(id)))
  // COMPAT(oasis-core): nodes that the entity lists count, whether they are registered or not.
  if (nodes.some((id) => validating.has(toHex(id)))) return true
  const entities = new Set(validators.map(({ entityId }) => toHex(stakingAddress(entityId))))
  return delegationsFor(state, voter).some(([escrow]) => entities.has(toHex(escrow)))
}
