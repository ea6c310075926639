/** What anybody may read of entities, nodes and runtimes. */

import { compareBytes } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import type { NodeStatus, Parameters } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import type { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { Entity, type SignedEntity } from '@wadi/primitives/entity'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { type MultiSignedNode, Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { compareVersions, type Version } from '@wadi/primitives/version'
import type { CometAddress } from '../kernel/block.ts'
import { decodedValue } from '../kernel/decodedValues.ts'
import { entriesOf, type ReadableState, read, readExisting, valuesOf } from '../kernel/state.ts'

/** The registry's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

function openEntity({ untrustedRawValue }: SignedEntity): Entity {
  return decode(Entity, untrustedRawValue)
}

/** What was signed, by the envelope: reading an unchanged envelope again gives the same one. */
const openedNodes = new WeakMap<MultiSignedNode, Node>()

function openNode(signed: MultiSignedNode): Node {
  let node = openedNodes.get(signed)
  if (node === undefined) {
    node = decode(Node, signed.untrustedRawValue)
    openedNodes.set(signed, node)
  }
  return node
}

function sortedById(nodes: Iterable<Node>): readonly Node[] {
  return [...nodes].sort((a, b) => compareBytes(a.id, b.id))
}

/** A registered entity. */
export function entityOf(state: ReadableState, id: PublicKey): Entity | undefined {
  const signed = read(state, keys.entities, id)
  return signed && openEntity(signed)
}

/** All entities, in the order of their keys in the state. */
export function entitiesOf(state: ReadableState): readonly Entity[] {
  return signedEntitiesOf(state).map(openEntity)
}

/** The descriptors of all entities as they were signed, in the order of their keys in the state. */
export function signedEntitiesOf(state: ReadableState): readonly SignedEntity[] {
  return [...valuesOf(state, keys.entities)]
}

/** A registered node, also an expired one that has not been removed. */
export function nodeOf(state: ReadableState, id: PublicKey): Node | undefined {
  const signed = read(state, keys.nodes, id)
  return signed && openNode(signed)
}

/** All nodes, also expired ones, by identifier. */
export function nodesOf(state: ReadableState): readonly Node[] {
  return sortedById(signedNodesOf(state).map(openNode))
}

/** The descriptors of all nodes as they were signed, in the order of their keys in the state. */
export function signedNodesOf(state: ReadableState): readonly MultiSignedNode[] {
  return [...valuesOf(state, keys.nodes)]
}

/** All nodes of an entity, also expired ones, by identifier. */
export function entityNodesOf(state: ReadableState, entity: PublicKey): readonly Node[] {
  const nodes: Node[] = []
  for (const [[, nodeHash]] of entriesOf(state, keys.nodesByEntity, entity)) {
    const key = keys.nodes.keys.join(nodeHash)
    const bytes = state.get(key)
    if (bytes !== undefined) nodes.push(openNode(decodedValue(keys.nodes.value, key, bytes)))
  }
  return sortedById(nodes)
}

/** Has the entity a node, be it an expired one? */
export function hasEntityNodes(state: ReadableState, entity: PublicKey): boolean {
  return !entriesOf(state, keys.nodesByEntity, entity).next().done
}

/** Owns the entity a runtime, be it a suspended one? */
export function hasEntityRuntimes(state: ReadableState, entity: PublicKey): boolean {
  return !entriesOf(state, keys.runtimesByEntity, entity).next().done
}

/** The node with this consensus key, by its address. */
export function nodeByCometAddress(state: ReadableState, address: CometAddress): Node | undefined {
  const id = read(state, keys.nodesByCometAddress, address)
  return id && nodeOf(state, id)
}

/** The node with this consensus, P2P, VRF or TLS key. */
export function nodeBySubKey(state: ReadableState, key: PublicKey): Node | undefined {
  const id = read(state, keys.nodesBySubKey, key)
  return id && nodeOf(state, id)
}

/** What is held against a node, or for it. */
export function nodeStatusOf(state: ReadableState, id: PublicKey): NodeStatus | undefined {
  return read(state, keys.nodeStatuses, id)
}

/** Is the node's registration over? In the epoch in which it expires it is not yet. */
export function isExpired({ expiration }: Node, epoch: Epoch): boolean {
  return expiration < epoch
}

/** A runtime that runs. */
export function runtimeOf(state: ReadableState, id: Namespace): Runtime | undefined {
  return read(state, keys.runtimes, id)
}

/** A runtime that is suspended. */
export function suspendedRuntimeOf(state: ReadableState, id: Namespace): Runtime | undefined {
  return read(state, keys.suspendedRuntimes, id)
}

/** A runtime, whether it is suspended or not. */
export function anyRuntimeOf(state: ReadableState, id: Namespace): Runtime | undefined {
  return runtimeOf(state, id) ?? suspendedRuntimeOf(state, id)
}

/** The runtimes that run, in the order of their keys in the state. */
export function runtimesOf(state: ReadableState): readonly Runtime[] {
  return [...valuesOf(state, keys.runtimes)]
}

/** The runtimes that are suspended, in the order of their keys in the state. */
export function suspendedRuntimesOf(state: ReadableState): readonly Runtime[] {
  return [...valuesOf(state, keys.suspendedRuntimes)]
}

/** All runtimes, the suspended ones last. */
export function allRuntimesOf(state: ReadableState): readonly Runtime[] {
  return [...runtimesOf(state), ...suspendedRuntimesOf(state)]
}

/** The deployments of a descriptor; the registry lets none through that has null among them. */
export function deploymentsOf({ deployments }: Runtime): readonly VersionInfo[] {
  return deployments.filter((deployment) => deployment !== undefined)
}

/** What the runtime runs in an epoch: what began last. Of two that began together the first. */
export function activeDeploymentOf(runtime: Runtime, epoch: Epoch): VersionInfo | undefined {
  let active: VersionInfo | undefined
  for (const deployment of deploymentsOf(runtime)) {
    if (deployment.validFrom > epoch) continue
    if (active === undefined || active.validFrom < deployment.validFrom) active = deployment
  }
  return active
}

/** What the runtime runs next after an epoch. Of two that begin together the last. */
export function nextDeploymentOf(runtime: Runtime, epoch: Epoch): VersionInfo | undefined {
  let next: VersionInfo | undefined
  for (const deployment of deploymentsOf(runtime)) {
    if (deployment.validFrom <= epoch) continue
    if (next === undefined || next.validFrom >= deployment.validFrom) next = deployment
  }
  return next
}

/** The deployment of a version. */
export function deploymentOf(runtime: Runtime, version: Version): VersionInfo | undefined {
  return deploymentsOf(runtime).find(
    (deployment) => compareVersions(deployment.version, version) === 0,
  )
}
