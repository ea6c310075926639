/** What the registry tells. */

import type { Infer } from '@wadi/cbor/codec'
import { bool, i64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Entity } from '@wadi/primitives/entity'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Runtime } from './runtime.ts'

/** An entity registered, or is gone. */
export const EntityEvent = struct({ entity: nilable(Entity), isRegistration: bool })
export type EntityEvent = Infer<typeof EntityEvent>

/** A node registered, or has expired. */
export const NodeEvent = struct({ node: nilable(Node), isRegistration: bool })
export type NodeEvent = Infer<typeof NodeEvent>

/** A runtime is new or was changed, or runs again. */
export const RuntimeStartedEvent = struct({ runtime: nilable(Runtime) })
export type RuntimeStartedEvent = Infer<typeof RuntimeStartedEvent>

/** A runtime does not run any more, for the time being. */
export const RuntimeSuspendedEvent = struct({ runtimeId: Namespace })
export type RuntimeSuspendedEvent = Infer<typeof RuntimeSuspendedEvent>

/** A node may be elected again. */
export const NodeUnfrozenEvent = struct({ nodeId: PublicKey })
export type NodeUnfrozenEvent = Infer<typeof NodeUnfrozenEvent>

/**
 * COMPAT(oasis-core): the one kind without a body. Its value is the text `1`, and not put into
 * base64 as the others are.
 */
export const NODE_LIST_EPOCH = 'node_list_epoch'

/** Bodies by kind, as in the attributes of a block's results, but for {@link NODE_LIST_EPOCH}. */
export const events = {
  entity: EntityEvent,
  node: NodeEvent,
  runtime_started: RuntimeStartedEvent,
  runtime_suspended: RuntimeSuspendedEvent,
  node_unfrozen: NodeUnfrozenEvent,
} as const

/** An event as the API gives it. */
export const Event = struct({
  height: omitEmpty(i64),
  txHash: omitEmpty(Hash),
  runtimeStarted: optional(RuntimeStartedEvent),
  runtimeSuspended: optional(RuntimeSuspendedEvent),
  entity: optional(EntityEvent),
  node: optional(NodeEvent),
  nodeUnfrozen: optional(NodeUnfrozenEvent),
})
export type Event = Infer<typeof Event>
