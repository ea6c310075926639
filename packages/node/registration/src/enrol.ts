/** One attempt to register a node: what it says of itself is made, signed and submitted. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, isTold, type UnavailableError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import type { Entity } from '@wadi/primitives/entity'
import type { Epoch } from '@wadi/primitives/epoch'
import { MultiSignedNode, type Node } from '@wadi/primitives/node'
import type { ConsensusAddress, NodeAddress } from '@wadi/primitives/nodeAddress'
import { hasRole, ROLES } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { reachableOf, reachablePeersOf } from './addresses/ownAddresses.ts'
import type { Ask } from './chain.ts'
import { bareDescriptor, checkRoles, signDescriptor } from './descriptor.ts'
import type { NodeSigners } from './nodeSigners.ts'
import type { Describe } from './roles.ts'
import type { Submitter } from './submission/submitter.ts'

/** Where others reach the node. */
export interface NodePlaces {
  /** Its own address, or those of its sentries. */
  readonly consensus: () => Promise<readonly ConsensusAddress[]>
  readonly p2p: () => readonly NodeAddress[]
}

/** What an attempt is made of. */
export interface EnrolParts {
  readonly ask: Ask
  readonly submitter: Submitter
  readonly signers: NodeSigners
  readonly owner: PublicKey
  readonly softwareVersion: string
  readonly places: NodePlaces
}

/** What is different in each attempt. */
export interface EnrolRequest {
  readonly epoch: Epoch
  /** Adds what the node does. */
  readonly describe: Describe
  readonly signal: AbortSignal
}

/** How an attempt ended. */
export type Attempt =
  | { readonly kind: 'registered'; readonly descriptor: Node }
  | { readonly kind: 'deferred'; readonly why: 'owner-unknown' | 'owner-does-not-vouch' }
  | { readonly kind: 'failed'; readonly error: CodedError | UnavailableError }

const LAST_HEIGHT = 0n
const P2P_ROLES = ROLES.compute | ROLES['key-manager'] | ROLES.validator | ROLES['storage-rpc']

/** See the top of this file. */
export async function enrol(parts: EnrolParts, request: EnrolRequest): Promise<Attempt> {
  try {
    const { ask, owner, signers } = parts
    const entity = await askEntity(ask, owner, request.signal)
    if (entity === undefined) return { kind: 'deferred', why: 'owner-unknown' }
    const isVouchedFor = entity.nodes.some((id) => equalBytes(id, signers.node.publicKey))
    if (!isVouchedFor) return { kind: 'deferred', why: 'owner-does-not-vouch' }
    const descriptor = await describeNode(parts, request)
    const body = encode(MultiSignedNode, signDescriptor(signers, descriptor))
    const call = { method: 'registry.RegisterNode', body }
    await parts.submitter.submit(signers.node, call, request.signal)
    return { kind: 'registered', descriptor }
  } catch (error) {
    if (!isTold(error)) throw error
    return { kind: 'failed', error }
  }
}

/** The entity as the registry has it; undefined if it does not. */
export async function askEntity(
  ask: Ask,
  id: PublicKey,
  signal: AbortSignal,
): Promise<Entity | undefined> {
  try {
    return await ask('Registry/GetEntity', { height: LAST_HEIGHT, id }, signal)
  } catch (error) {
    if (isRefusal(error, registryErrors.noSuchEntity())) return undefined
    throw error
  }
}

/** Does the registry have the node? One that has expired it does not. */
export async function isInRegistry(ask: Ask, id: PublicKey, signal: AbortSignal): Promise<boolean> {
  try {
    await ask('Registry/GetNode', { height: LAST_HEIGHT, id }, signal)
    return true
  } catch (error) {
    if (isRefusal(error, registryErrors.noSuchNode())) return false
    throw error
  }
}

/** Was it refused for this reason, whoever made the error? */
export function isRefusal(error: unknown, { module, code }: CodedError): boolean {
  return error instanceof CodedError && error.module === module && error.code === code
}

async function describeNode(
  { ask, signers, owner, softwareVersion, places }: EnrolParts,
  { epoch, describe, signal }: EnrolRequest,
): Promise<Node> {
  const described = describe(bareDescriptor({ signers, owner, epoch, softwareVersion }))
  checkRoles(described)
  const { roles, consensus, p2p } = described
  const params = await ask('Registry/ConsensusParameters', LAST_HEIGHT, signal)
  const reach = params.debugAllowUnroutableAddresses ? 'any' : 'routable'
  const isValidator = hasRole(roles, 'validator')
  const peers = isValidator ? reachablePeersOf(await places.consensus(), reach) : undefined
  const addresses = (roles & P2P_ROLES) === 0 ? undefined : reachableOf(places.p2p(), reach)
  return {
    ...described,
    consensus: { ...consensus, addresses: peers },
    p2p: { ...p2p, addresses },
  }
}
