/** What always holds of entities, nodes and runtimes. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import * as keys from '@wadi/consensus/registry/keys'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import type { StakeThreshold } from '@wadi/consensus/staking'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { Node } from '@wadi/primitives/node'
import { printVersion } from '@wadi/primitives/version'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import type { Violation } from '../kernel/service.ts'
import { entriesOf, has, type ReadableState } from '../kernel/state.ts'
import { accountOf, addressesOf, parametersOf as stakingParametersOf } from '../staking/queries.ts'
import type { OwedClaim } from '../staking/stakeClaims.ts'
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
import {
  CLAIM_OF_ENTITY,
  CLAIM_PREFIX,
  claimOfNode,
  claimOfRuntime,
  ENTITY_THRESHOLDS,
  runtimeOwnerAddress,
  thresholdsOfNode,
  thresholdsOfRuntime,
} from './stakeClaims.ts'

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

/** What is registered has to claim, as far as it is certain. */
function* claimsOf(state: ReadableState): Generator<OwedClaim> {
  for (const { id } of entitiesOf(state))
    yield { address: stakingAddress(id), claim: CLAIM_OF_ENTITY, thresholds: ENTITY_THRESHOLDS }
  for (const node of nodesOf(state)) {
    const address = stakingAddress(node.entityId)
    const thresholds = thresholdsOfNode(node, namedRuntimesOf(state, node))
    yield { address, claim: claimOfNode(node.id), thresholds }
  }
  for (const runtime of allRuntimesOf(state)) {
    const address = runtimeOwnerAddress(runtime)
    if (address === undefined) continue
    const thresholds = thresholdsOfRuntime(runtime)
    yield { address, claim: claimOfRuntime(runtime.id), thresholds }
  }
}

/** The runtimes that a node names, each of them once. */
function namedRuntimesOf(state: ReadableState, { runtimes }: Node): readonly Runtime[] {
  const named = new Map<string, Runtime>()
  for (const entry of runtimes ?? []) {
    const runtime = entry && anyRuntimeOf(state, entry.id)
    if (runtime !== undefined) named.set(toHex(runtime.id), runtime)
  }
  return [...named.values()]
}

/** The network's own thresholds. What a runtime asks for beside them it may change. */
function printKinds(thresholds: readonly StakeThreshold[] | undefined): string {
  return (thresholds ?? []).flatMap(({ global }) => (global === undefined ? [] : [global])).join()
}

/** Whoever is registered has claimed stake for it, and nobody for anything else. */
function* claimViolations(state: ReadableState): Generator<Violation> {
  const owed = new Set<string>()
  for (const { address, claim, thresholds } of claimsOf(state)) {
    const details = `${printAddress(address)}: ${claim}`
    owed.add(details)
    const { claims } = accountOf(state, address).escrow.stakeAccumulator
    if (!claims.has(claim))
      yield { invariant: 'registry: what is registered has claimed stake', details }
    else if (printKinds(claims.get(claim)) !== printKinds(thresholds))
      yield { invariant: 'registry: what is claimed is what the roles take', details }
  }
  for (const address of addressesOf(state))
    for (const claim of accountOf(state, address).escrow.stakeAccumulator.claims.keys()) {
      const details = `${printAddress(address)}: ${claim}`
      if (claim.startsWith(CLAIM_PREFIX) && !owed.has(details))
        yield { invariant: 'registry: stake is claimed for what is there', details }
    }
}
