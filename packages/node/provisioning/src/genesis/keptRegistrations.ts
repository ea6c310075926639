/** Which entities and nodes of a document may go on in a migrated one, and why others may not. */

import { toBase64, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { raw, text, u16, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import {
  CLAIM_OF_ENTITY,
  claimOfNode,
  claimOfRuntime,
  ENTITY_THRESHOLDS,
  runtimeOwnerAddress,
  thresholdsOfNode,
  thresholdsOfRuntime,
} from '@wadi/consensus-services/registry/stakeClaims'
import { type OwedClaim, totalOfClaims } from '@wadi/consensus-services/staking/stakeClaims'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { Entity, type SignedEntity } from '@wadi/primitives/entity'
import { openMultiSigned, openSigned } from '@wadi/primitives/envelope'
import { type MultiSignedNode, Node } from '@wadi/primitives/node'
import { ROLES, RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ZERO } from '@wadi/primitives/quantity'
import { errors } from '../errors.ts'
import { NODE_SOFTWARE_VERSION_BYTES_MAX } from '../limits.ts'

const NODE_CONTEXT = contextOf(contexts.registerNode)
const ENTITY_CONTEXT = contextOf(contexts.registerEntity)
const KINDS: readonly number[] = [RUNTIME_KINDS.compute, RUNTIME_KINDS.keyManager]
const VALID_ROLES = Object.values(ROLES).reduce((mask, role) => mask | role, 0)

/** A descriptor of a time in which nodes told about the beacon; nobody can register one today. */
const NodeWithBeacon = struct({
  v: u16,
  id: PublicKey,
  entityId: PublicKey,
  expiration: u64,
  tls: raw,
  p2p: raw,
  consensus: raw,
  vrf: optional(struct({ id: PublicKey })),
  runtimes: raw,
  roles: RolesMask,
  softwareVersion: omitEmpty(text),
  beacon: omitEmpty(raw),
})

/** What may go on, and a sentence for each that may not. */
export interface KeptRegistrations {
  readonly entities: readonly SignedEntity[]
  readonly nodes: readonly MultiSignedNode[]
  readonly warnings: readonly string[]
}

interface OpenedNode {
  readonly signed: MultiSignedNode
  readonly node: Node
}

interface Opened {
  readonly entities: readonly { readonly signed: SignedEntity; readonly entity: Entity }[]
  readonly nodes: readonly OpenedNode[]
  readonly runtimes: ReadonlyMap<string, Runtime>
}

function present<T>(items: readonly (T | undefined)[], path: string): readonly T[] {
  const at = items.indexOf(undefined)
  if (at >= 0) throw errors.badGenesis(`${path}[${at}] is null; take it out of the document`)
  return items as readonly T[]
}

function refuse(path: string, error: unknown): CodedError {
  if (!(error instanceof CodedError)) throw error
  return errors.badGenesis(`${path} cannot be opened (${error.message}); take it out`)
}

function openNode(
  rules: SignatureRules,
  signed: MultiSignedNode,
  path: string,
): OpenedNode | string {
  try {
    return { signed, node: openMultiSigned(rules, NODE_CONTEXT, Node, signed).value }
  } catch (error) {
    const old = openOldNode(rules, signed)
    if (old === undefined) throw refuse(path, error)
    return `node ${toBase64(old)} is left out: its descriptor has a form that is not known any more`
  }
}

function openOldNode(rules: SignatureRules, signed: MultiSignedNode): PublicKey | undefined {
  try {
    return openMultiSigned(rules, NODE_CONTEXT, NodeWithBeacon, signed).value.id
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** All runtimes by the hex of their identifiers; each may be there once. */
function runtimesOf({ registry }: GenesisDocument): ReadonlyMap<string, Runtime> {
  const runtimes = new Map<string, Runtime>()
  const all = [
    ...present(registry.runtimes, 'registry.runtimes'),
    ...present(registry.suspendedRuntimes, 'registry.suspended_runtimes'),
  ]
  for (const runtime of all) {
    const id = toHex(runtime.id)
    if (!KINDS.includes(runtime.kind))
      throw errors.badGenesis(`runtime ${id} is of no kind that is known; take it out`)
    if (runtimes.has(id)) throw errors.badGenesis(`runtime ${id} is there twice; keep one of them`)
    runtimes.set(id, runtime)
  }
  return runtimes
}

function openAll(document: GenesisDocument, rules: SignatureRules): [Opened, string[]] {
  const { registry } = document
  const warnings: string[] = []
  const entities = present(registry.entities, 'registry.entities').map((signed, i) => {
    try {
      return { signed, entity: openSigned(rules, ENTITY_CONTEXT, Entity, signed).value }
    } catch (error) {
      throw refuse(`registry.entities[${i}]`, error)
    }
  })
  const nodes = present(registry.nodes, 'registry.nodes').flatMap((signed, i) => {
    const opened = openNode(rules, signed, `registry.nodes[${i}]`)
    if (typeof opened !== 'string') return [opened]
    warnings.push(opened)
    return []
  })
  return [{ entities, nodes, runtimes: runtimesOf(document) }, warnings]
}

function runtimesOfNode(node: Node, { runtimes }: Opened): readonly Runtime[] {
  const ids = new Set((node.runtimes ?? []).map((each) => (each ? toHex(each.id) : '')))
  return [...ids].flatMap((id) => runtimes.get(id) ?? [])
}

/** COMPAT(oasis-core): suspended runtimes claim stake here, which they do nowhere else. */
function claimsOf(opened: Opened): readonly OwedClaim[] {
  const claims: OwedClaim[] = opened.entities.map(({ entity }) => ({
    address: stakingAddress(entity.id),
    claim: CLAIM_OF_ENTITY,
    thresholds: ENTITY_THRESHOLDS,
  }))
  for (const { node } of opened.nodes)
    claims.push({
      address: stakingAddress(node.entityId),
      claim: claimOfNode(node.id),
      thresholds: thresholdsOfNode(node, runtimesOfNode(node, opened)),
    })
  for (const runtime of opened.runtimes.values()) {
    const address = runtimeOwnerAddress(runtime)
    if (address === undefined) continue
    const thresholds = thresholdsOfRuntime(runtime)
    claims.push({ address, claim: claimOfRuntime(runtime.id), thresholds })
  }
  return claims
}

/** Has an account enough stake for everything that is claimed of it? */
function stakeJudge(
  { ledger, params }: GenesisDocument['staking'],
  claims: readonly OwedClaim[],
): (address: Address) => boolean {
  const byAddress = Map.groupBy(claims, ({ address }) => toHex(address))
  return (address) => {
    const own = byAddress.get(toHex(address)) ?? []
    const entries = own.map(({ claim, thresholds }) => [claim, thresholds] as const)
    const total = totalOfClaims(new Map(entries), params.thresholds)
    return (ledger.get(address)?.escrow.active.balance ?? ZERO) >= total
  }
}

/** Why a node may not go on; `undefined` if it may. */
function objectionTo(node: Node, kept: ReadonlyMap<string, Entity>, opened: Opened) {
  const owner = kept.get(toHex(node.entityId))
  if (owner === undefined) return 'its entity is not there any more'
  const isVouched = owner.nodes.some((id) => toHex(id) === toHex(node.id))
  if (!isVouched) return 'its entity does not vouch for it'
  if (toUtf8(node.softwareVersion).length > NODE_SOFTWARE_VERSION_BYTES_MAX)
    return 'the version of its software is too long'
  if (node.roles === 0 || (node.roles & ~VALID_ROLES) !== 0) return 'its roles make no sense'
  const isUnknown = (node.runtimes ?? []).some(
    (each) => each === undefined || !opened.runtimes.has(toHex(each.id)),
  )
  return isUnknown ? 'it names a runtime that is not there' : undefined
}

/** The registrations that a migrated document keeps. Its ledger and thresholds are those given. */
export function keptRegistrations(
  document: GenesisDocument,
  rules: SignatureRules,
): KeptRegistrations {
  const [opened, warnings] = openAll(document, rules)
  const hasStake = stakeJudge(document.staking, claimsOf(opened))
  const kept = new Map<string, Entity>()
  const entities: SignedEntity[] = []
  for (const { signed, entity } of opened.entities) {
    if (hasStake(stakingAddress(entity.id))) {
      kept.set(toHex(entity.id), entity)
      entities.push(signed)
    } else {
      warnings.push(`entity ${toBase64(entity.id)} is left out: its stake is not enough`)
    }
  }
  const nodes: MultiSignedNode[] = []
  for (const { signed, node } of opened.nodes) {
    const objection = objectionTo(node, kept, opened)
    if (objection === undefined) nodes.push(signed)
    else warnings.push(`node ${toBase64(node.id)} is left out: ${objection}`)
  }
  return { entities, nodes, warnings }
}
