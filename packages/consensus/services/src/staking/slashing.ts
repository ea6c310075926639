/** What a validator's misbehaviour costs its entity. */

import { make } from '@wadi/cbor/codec'
import { Slash, SlashReason } from '@wadi/consensus/staking'
import { stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { epochOf } from '../beacon/queries.ts'
import type { Misbehaviour } from '../kernel/block.ts'
import { type Context, committedState } from '../kernel/context.ts'
import { setNodeStatus } from '../registry/actions.ts'
import { FREEZE_FOREVER, isFrozen } from '../registry/nodeStatus.ts'
import { nodeByCometAddress, nodeStatusOf } from '../registry/queries.ts'
import { slashEscrow } from './actions.ts'
import { parametersOf } from './queries.ts'

const REASONS: Readonly<Record<Misbehaviour['kind'], SlashReason | undefined>> = {
  'duplicate-vote': SlashReason.names['consensus-equivocation'],
  'light-client-attack': SlashReason.names['consensus-light-client-attack'],
  unknown: undefined,
}

/** Slashes the entity of a validator that misbehaved, and freezes its node. */
export function punish(ctx: Context, { kind, validator }: Misbehaviour): void {
  const reason = REASONS[kind]
  if (reason === undefined) return
  const { state } = ctx
  const node = nodeByCometAddress(state, validator)
  if (node === undefined) return
  const status = nodeStatusOf(state, node.id)
  // A frozen node has been punished already: one fault is often reported many times.
  if (status === undefined || isFrozen(status)) return
  const { amount, freezeInterval } = parametersOf(state).slashing.get(reason) ?? make(Slash, {})
  const after =
    freezeInterval === 0n ? status : { ...status, freezeEndTime: thawing(ctx, freezeInterval) }
  slashEscrow(ctx, stakingAddress(node.entityId), amount)
  setNodeStatus(state, node.id, after)
}

/** COMPAT(oasis-core): counted from the epoch of the last block, also when one begins with this. */
function thawing(ctx: Context, freezeInterval: Epoch): Epoch {
  const end = epochOf(committedState(ctx).state) + freezeInterval
  return end > FREEZE_FOREVER ? FREEZE_FOREVER : end
}
