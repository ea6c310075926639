/** What the registry writes. Nodes and runtimes go through here, so that indices agree. */

import { equalBytes } from '@wadi/base/bytes'
import type { NodeStatus, Parameters } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { SignedEntity } from '@wadi/primitives/entity'
import type { Namespace } from '@wadi/primitives/namespace'
import type { MultiSignedNode, Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { erase, mark, type State, write } from '../kernel/state.ts'

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes an entity's descriptor. */
export function setEntity(state: State, id: PublicKey, signed: SignedEntity): void {
  write(state, keys.entities, [id], signed)
}

/** Takes an entity out. */
export function removeEntity(state: State, id: PublicKey): void {
  erase(state, keys.entities, id)
}

/** The keys by which a node is found, beside its identifier. */
function subKeysOf({ consensus, p2p, vrf, tls }: Node): readonly PublicKey[] {
  return [consensus.id, p2p.id, vrf.id, tls.pubKey]
}

/** A node and the descriptor in which it was signed. */
export interface SignedAndOpen {
  readonly node: Node
  readonly signed: MultiSignedNode
}

/**
 * Writes a node's descriptor, and under which keys the node is found; those that it had before and
 * has no more lead nowhere.
 * COMPAT(oasis-core): key after key, so a key that changed its role may be lost: what is removed
 * for one role may have been written for another one before.
 */
export function setNode(state: State, { node, signed }: SignedAndOpen, before?: Node): void {
  const { id } = node
  write(state, keys.nodes, [id], signed)
  mark(state, keys.nodesByEntity, node.entityId, id)
  if (before !== undefined && !equalBytes(before.consensus.id, node.consensus.id))
    erase(state, keys.nodesByCometAddress, validatorAddress(before.consensus.id))
  write(state, keys.nodesByCometAddress, [validatorAddress(node.consensus.id)], id)
  const old = before && subKeysOf(before)
  for (const [i, key] of subKeysOf(node).entries()) {
    const previous = old?.[i]
    if (previous !== undefined && !equalBytes(previous, key))
      erase(state, keys.nodesBySubKey, previous)
    write(state, keys.nodesBySubKey, [key], id)
  }
}

/** Takes a node out, with its status and its keys. */
export function removeNode(state: State, node: Node): void {
  erase(state, keys.nodes, node.id)
  erase(state, keys.nodesByEntity, node.entityId, node.id)
  erase(state, keys.nodeStatuses, node.id)
  erase(state, keys.nodesByCometAddress, validatorAddress(node.consensus.id))
  for (const key of subKeysOf(node)) erase(state, keys.nodesBySubKey, key)
}

/** Writes what is held against a node. */
export function writeNodeStatus(state: State, id: PublicKey, status: NodeStatus): void {
  write(state, keys.nodeStatuses, [id], status)
}

/** Whether a runtime runs. */
export type RuntimeList = 'active' | 'suspended'

/** Writes a runtime's descriptor into one of the two lists. */
export function setRuntime(state: State, runtime: Runtime, list: RuntimeList): void {
  write(state, list === 'active' ? keys.runtimes : keys.suspendedRuntimes, [runtime.id], runtime)
}

/** Carries a runtime over from one list into the other, byte by byte; false if it is not there. */
export function moveRuntime(state: State, id: Namespace, to: RuntimeList): boolean {
  const [target, source] =
    to === 'active'
      ? [keys.runtimes, keys.suspendedRuntimes]
      : [keys.suspendedRuntimes, keys.runtimes]
  const bytes = state.removeExisting(source.keys.encode(id))
  if (bytes === undefined) return false
  state.insert(target.keys.encode(id), bytes)
  return true
}

/** Notes who owns a runtime. */
export function setRuntimeOwner(state: State, id: Namespace, entity: PublicKey): void {
  mark(state, keys.runtimesByEntity, entity, id)
}

/** Forgets that somebody owned a runtime. */
export function removeRuntimeOwner(state: State, id: Namespace, entity: PublicKey): void {
  erase(state, keys.runtimesByEntity, entity, id)
}
