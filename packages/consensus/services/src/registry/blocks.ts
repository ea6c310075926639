/** What the registry does at the beginning of an epoch. */

import { assert } from '@wadi/base/errors'
import { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import { stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import { beginningEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { emit, emitText } from '../kernel/events.ts'
import { parametersOf as stakingParametersOf } from '../staking/queries.ts'
import { removeStakeClaim } from '../staking/stakeClaims.ts'
import { isExpired, nodeStatusOf, nodesOf } from './queries.ts'
import { claimOfNode } from './stakeClaims.ts'
import { removeNode, writeNodeStatus } from './state.ts'

/** Tells which nodes have expired, once, and takes those out that expired long ago. */
export function beginBlock(ctx: Context): void {
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  const expired = nodesOf(ctx.state).filter((node) => isExpired(node, epoch))
  const fresh = expired.filter((node) => markExpired(ctx, node))
  for (const node of expired) if (isForgotten(ctx, node, epoch)) forget(ctx, node)
  for (const node of fresh)
    emit(ctx, 'oasis_event_200_registry', 'node', { node, isRegistration: false })
  emitText(ctx, 'oasis_event_200_registry', NODE_LIST_EPOCH, '1')
}

/** Notes that a node has expired; false if that was noted before. */
function markExpired({ state }: Context, { id }: Node): boolean {
  const status = nodeStatusOf(state, id)
  assert(status !== undefined, 'registry: a node without a status')
  if (status.expirationProcessed) return false
  writeNodeStatus(state, id, { ...status, expirationProcessed: true })
  return true
}

/** Can a node not be slashed any more for what it did? */
function isForgotten({ state }: Context, { expiration }: Node, epoch: Epoch): boolean {
  const end = expiration + stakingParametersOf(state).debondingInterval
  return end < epoch
}

function forget({ state }: Context, node: Node): void {
  removeNode(state, node)
  if (!stakingParametersOf(state).debugBypassStake)
    removeStakeClaim(state, stakingAddress(node.entityId), claimOfNode(node.id))
}
