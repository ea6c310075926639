/** What a node checks of the registry's section before it accepts a genesis document at all. */

import { toBase64, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Genesis } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { stakingAddress } from '@wadi/primitives/address'
import type { Entity } from '@wadi/primitives/entity'
import { openMultiSigned } from '@wadi/primitives/envelope'
import { type MultiSignedNode, Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { epochOf } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { at, elementsOf } from '../kernel/documentPath.ts'
import { erase } from '../kernel/state.ts'
import type { OwedClaim } from '../staking/stakeClaims.ts'
import { checkParameters } from './parameters.ts'
import { allRuntimesOf, anyRuntimeOf, nodeBySubKey, runtimesOf } from './queries.ts'
import {
  CLAIM_OF_ENTITY,
  claimOfNode,
  claimOfRuntime,
  ENTITY_THRESHOLDS,
  runtimeOwnerAddress,
  thresholdsOfNode,
  thresholdsOfRuntime,
} from './stakeClaims.ts'
import { setNode, setParameters, setRuntime } from './state.ts'
import { verifyEntity } from './verifyEntity.ts'
import { type VerifiedNode, verifyNode } from './verifyNode.ts'
import { verifyKeyManagerOf, verifyRuntime } from './verifyRuntime.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('registryGenesisChecks', {
  null: 'null instead of a value',
  duplicateRuntime: 'duplicate runtime',
  invalidNodeId: 'the identifier is a forbidden key',
  missingEntity: 'references a missing entity',
  blacklistedEntity: 'entity public key blacklisted',
  blacklistedOwner: 'owned by blacklisted entity',
  blacklistedNode: 'uses blacklisted key',
})

const NODE_CONTEXT = contextOf(contexts.registerNode)

/**
 * Refuses a section from which no network could go on, and gives the claims that everything in it
 * makes to stake. The context is that of a chain that begins, over a state of its own in which the
 * base epoch is written: what was checked goes there, so that the rest can refer to it.
 */
export function checkGenesis(
  ctx: Context,
  genesis: Genesis,
  blacklist: readonly PublicKey[],
): readonly OwedClaim[] {
  const terms = { isDebug: ctx.chain.isDebug, hasFmspcAllowList: true }
  at('registry.params', () => checkParameters(genesis.params, terms))
  setParameters(ctx.state, genesis.params)
  const entities = checkEntities(ctx, genesis)
  checkRuntimes(ctx, genesis)
  const nodes = checkNodes(ctx, genesis, entities)
  checkBlacklist(ctx, entities, blacklist)
  return claimsOf(ctx, entities, nodes)
}

/** By the hex of their keys. Of two descriptors the last one counts. */
type Entities = ReadonlyMap<string, Entity>

function checkEntities({ chain }: Context, genesis: Genesis): Entities {
  const entities = new Map<string, Entity>()
  for (const [signed, path] of elementsOf(genesis.entities, 'registry.entities', errors.null)) {
    const entity = at(path, () => verifyEntity(chain.signatures, signed))
    entities.set(toHex(entity.id), entity)
  }
  return entities
}

/** First each runtime by itself, then together: a key manager may come behind who needs it. */
function checkRuntimes(ctx: Context, { runtimes, suspendedRuntimes }: Genesis): void {
  const lists = [
    ['active', runtimes, 'registry.runtimes'],
    ['suspended', suspendedRuntimes, 'registry.suspended_runtimes'],
  ] as const
  const known: (readonly ['active' | 'suspended', Runtime, path: string])[] = []
  for (const [list, descriptors, name] of lists)
    for (const [runtime, path] of elementsOf(descriptors, name, errors.null)) {
      at(path, () => verifyRuntime(ctx, runtime, epochOf(ctx.state)))
      known.push([list, runtime, path])
    }
  for (const [list, runtime, path] of known) {
    if (anyRuntimeOf(ctx.state, runtime.id) !== undefined) throw errors.duplicateRuntime(path)
    setRuntime(ctx.state, runtime, list)
  }
  for (const [, runtime, path] of known) at(path, () => verifyKeyManagerOf(ctx.state, runtime))
}

function checkNodes(ctx: Context, genesis: Genesis, entities: Entities): readonly VerifiedNode[] {
  const nodes: VerifiedNode[] = []
  for (const [signed, path] of elementsOf(genesis.nodes, 'registry.nodes', errors.null)) {
    const verified = at(path, () => checkNode(ctx, signed, entities))
    setNode(ctx.state, { node: verified.node, signed })
    // COMPAT(oasis-core): the keys of proofs are not among those that no other node may have.
    erase(ctx.state, keys.nodesBySubKey, verified.node.vrf.id)
    nodes.push(verified)
  }
  return nodes
}

function checkNode(ctx: Context, signed: MultiSignedNode, entities: Entities): VerifiedNode {
  const { signatures } = ctx.chain
  const { id, entityId } = openMultiSigned(signatures, NODE_CONTEXT, Node, signed).value
  if (signatures.forbidden.has(id)) throw errors.invalidNodeId(toBase64(id))
  const entity = entities.get(toHex(entityId))
  if (entity === undefined) throw errors.missingEntity(`${toBase64(id)} of ${toBase64(entityId)}`)
  return verifyNode(ctx, signed, entity)
}

/** The document forbids keys that it uses itself. */
function checkBlacklist(
  { state }: Context,
  entities: Entities,
  blacklist: readonly PublicKey[],
): void {
  const forbidden = new Set(blacklist.map(toHex))
  for (const [hex, { id }] of entities)
    if (forbidden.has(hex)) throw errors.blacklistedEntity(`registry.entities: ${toBase64(id)}`)
  for (const { id, entityId } of allRuntimesOf(state))
    if (forbidden.has(toHex(entityId)))
      throw errors.blacklistedOwner(`registry.runtimes: ${toHex(id)}`)
  for (const key of blacklist) {
    const node = nodeBySubKey(state, key)
    if (node !== undefined)
      throw errors.blacklistedNode(`registry.nodes: ${toBase64(node.id)}, ${toBase64(key)}`)
  }
}

/** What everything that is registered claims. Suspended runtimes claim nothing. */
function claimsOf(
  { state }: Context,
  entities: Entities,
  nodes: readonly VerifiedNode[],
): readonly OwedClaim[] {
  const claims: OwedClaim[] = []
  for (const { id } of entities.values())
    claims.push({
      address: stakingAddress(id),
      claim: CLAIM_OF_ENTITY,
      thresholds: ENTITY_THRESHOLDS,
    })
  for (const { node, runtimes } of nodes)
    claims.push({
      address: stakingAddress(node.entityId),
      claim: claimOfNode(node.id),
      thresholds: thresholdsOfNode(node, runtimes),
    })
  for (const runtime of runtimesOf(state)) {
    const address = runtimeOwnerAddress(runtime)
    if (address === undefined) continue
    const thresholds = thresholdsOfRuntime(runtime)
    claims.push({ address, claim: claimOfRuntime(runtime.id), thresholds })
  }
  return claims
}
