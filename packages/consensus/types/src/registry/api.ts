/** What the registry is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { bool, bytes, i64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Entity } from '@wadi/primitives/entity'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { EntityEvent, Event, NodeEvent } from './events.ts'
import { Runtime } from './runtime.ts'
import { Genesis, NodeStatus, Parameters } from './types.ts'

/** Which entity or node is asked for. */
export const IdQuery = struct({ height: i64, id: PublicKey })
export type IdQuery = Infer<typeof IdQuery>

/** Which runtime is asked about. */
export const NamespaceQuery = struct({ height: i64, id: Namespace })
export type NamespaceQuery = Infer<typeof NamespaceQuery>

/** The node of a validator, by CometBFT's name of it. */
export const ConsensusAddressQuery = struct({ height: i64, address: bytes })
export type ConsensusAddressQuery = Infer<typeof ConsensusAddressQuery>

/** Which runtime is asked for. */
export const RuntimeQuery = struct({
  height: i64,
  id: Namespace,
  includeSuspended: omitEmpty(bool),
})
export type RuntimeQuery = Infer<typeof RuntimeQuery>

/** Which runtimes are asked for. */
export const RuntimesQuery = struct({ height: i64, includeSuspended: bool })
export type RuntimesQuery = Infer<typeof RuntimesQuery>

/** All nodes that are registered. */
export const NodeList = struct({ nodes: grown(Node) })
export type NodeList = Infer<typeof NodeList>

export const calls = {
  'Registry/GetEntity': askedBy(IdQuery, Entity),
  'Registry/GetEntities': askedAt(grown(Entity)),
  'Registry/GetNode': askedBy(IdQuery, Node),
  'Registry/GetNodeByConsensusAddress': askedBy(ConsensusAddressQuery, Node),
  'Registry/GetNodeStatus': askedBy(IdQuery, NodeStatus),
  'Registry/GetNodes': askedAt(grown(Node)),
  'Registry/GetRuntime': askedBy(RuntimeQuery, Runtime),
  'Registry/GetRuntimes': askedBy(RuntimesQuery, grown(Runtime)),
  'Registry/StateToGenesis': askedAt(Genesis),
  'Registry/GetEvents': askedAt(grown(Event)),
  'Registry/ConsensusParameters': askedAt(Parameters),
} as const

export const streams = {
  'Registry/WatchEntities': watched(EntityEvent),
  'Registry/WatchNodes': watched(NodeEvent),
  /** Those that there are, and all again whenever an epoch begins. */
  'Registry/WatchNodeList': watched(NodeList),
  /** Those that there are, and each that begins or goes on. */
  'Registry/WatchRuntimes': watched(Runtime),
  'Registry/WatchEvents': watched(Event),
} as const
