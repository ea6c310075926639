/** The registry's part of the genesis document: into the state, and out of it. */

import { definePlainErrors } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { Genesis, NodeStatus } from '@wadi/consensus/registry'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { currentEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { suspendRuntime } from './actions.ts'
import {
  nodeStatusOf,
  parametersOf,
  runtimesOf,
  signedEntitiesOf,
  signedNodesOf,
  suspendedRuntimesOf,
} from './queries.ts'
import { setParameters, writeNodeStatus } from './state.ts'
import { registerEntity } from './transactions/registerEntity.ts'
import { registerNode } from './transactions/registerNode.ts'
import { registerRuntime } from './transactions/registerRuntime.ts'
import { verifyRuntime } from './verifyRuntime.ts'

/** What is wrong with a document stops the chain before it begins. */
export const errors = definePlainErrors('registryGenesis', {
  nullElement: 'an element of the document is null',
  noStatus: 'a node has no status',
})

/** Registers everything that the document has, by the rules for everybody but for signers. */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { registry } = document
  setParameters(ctx.state, registry.params)
  for (const entity of present(registry.entities, 'entities')) registerEntity(ctx, entity)
  for (const kind of [RUNTIME_KINDS.keyManager, RUNTIME_KINDS.compute])
    registerRuntimes(ctx, present(registry.runtimes, 'runtimes'), kind)
  for (const runtime of present(registry.suspendedRuntimes, 'suspended_runtimes')) {
    registerRuntime(ctx, runtime)
    suspendRuntime(ctx, runtime.id)
  }
  for (const node of present(registry.nodes, 'nodes')) registerNode(ctx, node)
  for (const [id, status] of registry.nodeStatuses) {
    if (status === undefined) throw errors.nullElement('node_statuses')
    writeNodeStatus(ctx.state, id, status)
  }
}

function* present<T>(list: readonly (T | undefined)[], name: string): Generator<T> {
  for (const [i, element] of list.entries()) {
    if (element === undefined) throw errors.nullElement(`${name}, index ${i}`)
    yield element
  }
}

/** COMPAT(oasis-core): all are verified each time, as of an epoch in which nothing is future. */
function registerRuntimes(ctx: Context, runtimes: Iterable<Runtime>, kind: number): void {
  for (const runtime of runtimes) {
    verifyRuntime(ctx, runtime, currentEpoch(ctx))
    if (runtime.kind === kind) registerRuntime(ctx, runtime)
  }
}

/**
 * The document of a chain that goes on from this state.
 * COMPAT(oasis-core): only nodes that validate are kept.
 */
export function exportGenesis(state: ReadableState): Genesis {
  const nodes = signedNodesOf(state).map((signed) => ({
    signed,
    node: decode(Node, signed.untrustedRawValue),
  }))
  const validators = nodes.filter(({ node }) => hasRole(node.roles, 'validator'))
  const statuses = validators.map(({ node }) => [node.id, statusOf(state, node.id)] as const)
  return {
    params: parametersOf(state),
    entities: signedEntitiesOf(state),
    runtimes: runtimesOf(state),
    suspendedRuntimes: suspendedRuntimesOf(state),
    nodes: validators.map(({ signed }) => signed),
    nodeStatuses: keyedMap<PublicKey, NodeStatus | undefined>(PublicKey, statuses),
  }
}

function statusOf(state: ReadableState, id: PublicKey): NodeStatus {
  const status = nodeStatusOf(state, id)
  if (status === undefined) throw errors.noStatus()
  return status
}
