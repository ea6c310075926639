/** What must hold of a node's descriptor, whoever registers it. */

import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/registry'
import { errors } from '@wadi/consensus/registry/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { Entity } from '@wadi/primitives/entity'
import { isOnlySignedBy, isSignedBy, openMultiSigned } from '@wadi/primitives/envelope'
import { type MultiSignedNode, Node } from '@wadi/primitives/node'
import { hasRole, ROLES } from '@wadi/primitives/nodeRoles'
import { epochOf } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { NODE_SOFTWARE_VERSION_BYTES_MAX } from '../limits.ts'
import { checkAddresses } from './addresses.ts'
import { nodeBySubKey, parametersOf } from './queries.ts'
import { verifyNodeRuntimes } from './verifyNodeRuntimes.ts'

const CONTEXT = contextOf(contexts.registerNode)

const VALID_ROLES = Object.values(ROLES).reduce((mask, role) => mask | role, 0)
const P2P_ROLES = ROLES.compute | ROLES['key-manager'] | ROLES.validator | ROLES['storage-rpc']

/** A node's descriptor that was found good, and what it is registered for. */
export interface VerifiedNode {
  readonly node: Node
  /** Each of its runtimes once, in the order in which the node names them. */
  readonly runtimes: readonly Runtime[]
}

/** Opens a node's descriptor. COMPAT(oasis-core): what cannot be decoded is badly signed. */
function open(rules: SignatureRules, signed: MultiSignedNode): Node {
  try {
    return openMultiSigned(rules, CONTEXT, Node, signed).value
  } catch (error) {
    if (error instanceof CodedError) throw errors.invalidSignature(error.message)
    throw error
  }
}

/** Verifies a node's descriptor for the entity that it names. */
export function verifyNode(ctx: Context, signed: MultiSignedNode, entity: Entity): VerifiedNode {
  const node = open(ctx.chain.signatures, signed)
  checkSelf(node)
  if (!isSignedBy(signed, node.id))
    throw errors.invalidArgument('registration not signed by node identity')
  if (!entity.nodes.some((id) => equalBytes(id, node.id)))
    throw errors.invalidArgument("node public key not found in entity's node list")
  const params = parametersOf(ctx.state)
  checkExpiration(ctx, params, node)
  const runtimes = verifyNodeRuntimes(ctx, node)
  checkNodeAddresses(ctx, params, node)
  checkKeys(ctx, signed, node)
  return { node, runtimes }
}

function checkSelf({ roles, softwareVersion }: Node): void {
  if (toUtf8(softwareVersion).length > NODE_SOFTWARE_VERSION_BYTES_MAX)
    throw errors.invalidArgument('malformed node software version')
  if (roles === 0) throw errors.invalidArgument('no roles specified')
  if ((roles & ~VALID_ROLES) !== 0) throw errors.invalidArgument('invalid role specified')
}

function checkExpiration(ctx: Context, { maxNodeExpiration }: Parameters, node: Node): void {
  // COMPAT(oasis-core): the sum wraps around, and zero is no limit.
  const latest = BigInt.asUintN(64, epochOf(ctx.state) + maxNodeExpiration)
  if (maxNodeExpiration > 0n && node.expiration > latest)
    throw errors.invalidArgument('expiration period greater than allowed')
}

function checkNodeAddresses({ mode, chain }: Context, params: Parameters, node: Node): void {
  const { consensus, p2p, roles } = node
  const allowsUnreachable = params.debugAllowUnroutableAddresses
  const peers = consensus.addresses ?? []
  const isValidator = hasRole(roles, 'validator')
  if (peers.some(({ id }) => chain.signatures.forbidden.has(id)))
    throw errors.invalidArgument('consensus address ID invalid')
  checkAddresses(
    peers.map(({ address }) => address),
    { needsAddress: isValidator, allowsUnreachable },
  )
  // COMPAT(oasis-core): a validator of the genesis document may be older than this rule.
  const isExcused = mode === 'initChain' && isValidator
  const needsAddress = (roles & P2P_ROLES) !== 0 && !isExcused
  checkAddresses(p2p.addresses ?? [], { needsAddress, allowsUnreachable })
}

/** All five keys must have signed, nobody else, and no other node may have one of the four. */
function checkKeys({ state }: Context, signed: MultiSignedNode, node: Node): void {
  const { id, consensus, p2p, tls, vrf } = node
  const subKeys = [consensus.id, p2p.id, tls.pubKey, vrf.id]
  for (const key of subKeys) {
    const other = nodeBySubKey(state, key)
    if (other !== undefined && !equalBytes(other.id, id))
      throw errors.invalidArgument('duplicate node key')
  }
  if (new Set(subKeys.map(toHex)).size !== subKeys.length)
    throw errors.invalidArgument('node consensus, P2P, VRF and TLS keys not unique')
  if (!isOnlySignedBy(signed, [id, ...subKeys]))
    throw errors.invalidArgument('unexpected number of signatures')
}
