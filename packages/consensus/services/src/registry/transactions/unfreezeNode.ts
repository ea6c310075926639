import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import type { UnfreezeNode } from '@wadi/consensus/registry/methods'
import { epochOf } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { nodeOf, nodeStatusOf, parametersOf } from '../queries.ts'
import { writeNodeStatus } from '../state.ts'

/** registry.UnfreezeNode: lets a node be elected again whose time is over. */
export function unfreezeNode(ctx: Context, { nodeId }: UnfreezeNode): void {
  if (endsCheck(ctx)) return
  const { state, signer } = ctx
  useGas(ctx, parametersOf(state).gasCosts, 'unfreeze_node')
  if (endsSimulation(ctx)) return

  const node = nodeOf(state, nodeId)
  if (node === undefined) throw errors.noSuchNode()
  if (!equalBytes(signer, node.entityId)) throw errors.badEntityForNode()
  const status = nodeStatusOf(state, nodeId)
  if (status === undefined) throw errors.noSuchNode()
  if (status.freezeEndTime > epochOf(state)) throw errors.nodeCannotBeUnfrozen()
  writeNodeStatus(state, nodeId, { ...status, freezeEndTime: 0n })
  emit(ctx, 'oasis_event_200_registry', 'node_unfrozen', { nodeId })
}
