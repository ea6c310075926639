/** What always holds of entities, nodes and runtimes. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import * as keys from '@wadi/consensus/registry/keys'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { Node } from '@wadi/primitives/node'
import { printVersion } from '@wadi/primitives/version'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import type { Violation } from '../kernel/service.ts'
import { entriesOf, has, type ReadableState } from '../kernel/state.ts'
import { accountOf, parametersOf as stakingParametersOf } from '../staking/queries.ts'
import {
  allRuntimesOf,
  anyRuntimeOf,
  entitiesOf,
  entityOf,
  nodeOf,
  nodesOf,
  runtimeOf,
  suspendedRuntimeOf,
} from './queries.ts'
import { CLAIM_OF_ENTITY, claimOfNode, claimOfRuntime, runtimeOwnerAddress } from './stakeClaims.ts'

function* unless(holds: boolean, invariant: string, details: Uint8Array): Generator<Violation> {
  if (!holds) yield { invariant: `registry: ${invariant}`, details: toHex(details) }
}

/** Everything that does not hold. */
export function* violations(state: ReadableState): Generator<Violation> {
  for (const node of nodesOf(state)) yield* nodeViolations(state, node)
  yield* indexViolations(state)
  for (const runtime of allRuntimesOf(state)) yield* runtimeViolations(state, runtime)
  if (!stakingParametersOf(state).debugBypassStake) yield* claimViolations(state)
}

function* nodeViolations(state: ReadableState, node: Node): Generator<Violation> {
  const { id, entityId, consensus } = node
  const owned = has(state, keys.nodesByEntity, entityId, id)
  yield* unless(owned, 'each node is found by its entity', id)
  const address = validatorAddress(consensus.id)
  yield* unless(
    has(state, keys.nodesByCometAddress, address),
    'each node is found by the address of its consensus key',
    id,
  )
  yield* unless(has(state, keys.nodeStatuses, id), 'each node has a status', id)
  yield* unless(entityOf(state, entityId) !== undefined, 'each node has an entity', id)
}

function hasSubKey({ consensus, p2p, vrf, tls }: Node, hash: Uint8Array): boolean {
  const subKeys = [consensus.id, p2p.id, vrf.id, tls.pubKey]
  return subKeys.some((key) => equalBytes(hashOfBytes(key), hash))
}

/**
 * Whatever leads to a node leads to one that is there and has the key.
 * COMPAT(oasis-core): not every key leads to its node: one that changed its role may be lost.
 */
function* indexViolations(state: ReadableState): Generator<Violation> {
  const nodes = new Map(nodesOf(state).map((node) => [toHex(hashOfBytes(node.id)), node]))
  for (const [[entity, id]] of entriesOf(state, keys.nodesByEntity)) {
    const node = nodes.get(toHex(id))
    const isOwn = node !== undefined && equalBytes(hashOfBytes(node.entityId), entity)
    yield* unless(isOwn, 'an entity is only led to its own nodes', id)
  }
  for (const [[address], id] of entriesOf(state, keys.nodesByCometAddress)) {
    const node = nodeOf(state, id)
    const isOwn = node !== undefined && equalBytes(validatorAddress(node.consensus.id), address)
    yield* unless(isOwn, 'an address leads to the node with the consensus key', id)
  }
  for (const [[hash], id] of entriesOf(state, keys.nodesBySubKey)) {
    const node = nodeOf(state, id)
    const isOwn = node !== undefined && hasSubKey(node, hash)
    yield* unless(isOwn, 'a key leads to a node that has it', id)
  }
}

function* runtimeViolations(state: ReadableState, runtime: Runtime): Generator<Violation> {
  const { id, entityId, keyManager, deployments } = runtime
  const isActive = runtimeOf(state, id) !== undefined
  const isSuspended = suspendedRuntimeOf(state, id) !== undefined
  yield* unless(isActive || isSuspended, 'a runtime is found by its identifier', id)
  yield* unless(!(isActive && isSuspended), 'no runtime both runs and is suspended', id)
  const isOwned = has(state, keys.runtimesByEntity, entityId, id)
  yield* unless(isOwned, 'each runtime is found by its owner', id)
  const versions = deployments.map((deployment) => deployment && printVersion(deployment.version))
  const areDistinct = new Set(versions).size === versions.length && !versions.includes(undefined)
  yield* unless(areDistinct, 'each deployment of a runtime has its own version', id)
  if (keyManager === undefined) return
  const kind = anyRuntimeOf(state, keyManager)?.kind
  yield* unless(kind === RUNTIME_KINDS.keyManager, 'the key manager of a runtime is one', id)
}

function hasClaim(state: ReadableState, address: Address, claim: string): boolean {
  return accountOf(state, address).escrow.stakeAccumulator.claims.has(claim)
}

/** Whoever is registered has claimed stake for it. How much may have changed since then. */
function* claimViolations(state: ReadableState): Generator<Violation> {
  for (const { id } of entitiesOf(state)) {
    const isClaimed = hasClaim(state, stakingAddress(id), CLAIM_OF_ENTITY)
    yield* unless(isClaimed, 'each entity has claimed stake', id)
  }
  for (const { id, entityId } of nodesOf(state)) {
    const isClaimed = hasClaim(state, stakingAddress(entityId), claimOfNode(id))
    yield* unless(isClaimed, 'the entity of each node has claimed stake for it', id)
  }
  for (const runtime of allRuntimesOf(state)) {
    const owner = runtimeOwnerAddress(runtime)
    const isClaimed = owner === undefined || hasClaim(state, owner, claimOfRuntime(runtime.id))
    yield* unless(isClaimed, 'whoever governs a runtime has claimed stake for it', runtime.id)
  }
}
