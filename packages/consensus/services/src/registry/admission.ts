/** Which nodes a runtime admits: whether a policy makes sense, and whether a node meets it. */

import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import type { AdmissionPolicy, Runtime } from '@wadi/consensus/registry/runtime'
import type { ForbiddenKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { isSingleRole, ROLES } from '@wadi/primitives/nodeRoles'
import type { ReadableState } from '../kernel/state.ts'
import { entityNodesOf, isExpired } from './queries.ts'

const ALL_ROLES: readonly number[] = Object.values(ROLES)

/** Refuses a policy that lets anybody in and chooses, or does neither, or names what cannot be. */
export function checkAdmissionPolicy(policy: AdmissionPolicy, forbidden: ForbiddenKeys): void {
  const { anyNode, entityWhitelist, perRole } = policy
  const doesChoose = entityWhitelist !== undefined || perRole !== undefined
  if ((anyNode !== undefined) === doesChoose)
    throw errors.invalidArgument('invalid admission policy')
  for (const [entity, { maxNodes }] of entityWhitelist?.entities ?? []) {
    if (forbidden.has(entity)) throw errors.invalidArgument('invalid entity ID in entity whitelist')
    for (const role of maxNodes.keys())
      if (!isSingleRole(role))
        throw errors.invalidArgument('non-single role in entity whitelist max nodes map')
  }
  for (const [role, own] of perRole ?? []) {
    if (!isSingleRole(role))
      throw errors.invalidArgument('non-single role in per-role admission policy')
    for (const entity of own.entityWhitelist?.entities?.keys() ?? [])
      if (forbidden.has(entity))
        throw errors.invalidArgument('invalid entity ID in per-role entity whitelist')
  }
}

/** A node that wants to register for a runtime. */
export interface Candidate {
  readonly node: Node
  readonly runtime: Runtime
  readonly epoch: Epoch
}

/** Refuses a node that the runtime's policy does not admit. */
export function checkAdmission(state: ReadableState, candidate: Candidate): void {
  checkWhitelist(state, candidate)
  const { node, runtime } = candidate
  for (const role of ALL_ROLES) {
    if ((node.roles & role) === 0) continue
    const whitelist = runtime.admissionPolicy.perRole?.get(role)?.entityWhitelist
    if (whitelist === undefined) continue
    const own = whitelist.entities?.get(node.entityId)
    if (own === undefined) throw errors.forbidden('entity not in the whitelist of the role')
    // COMPAT(oasis-core): zero is no limit here, and nobody in the whitelist for all roles.
    if (own.maxNodes !== 0) checkNodeCount(state, candidate, { role, countMax: own.maxNodes })
  }
}

function checkWhitelist(state: ReadableState, candidate: Candidate): void {
  const { node, runtime } = candidate
  const { entityWhitelist } = runtime.admissionPolicy
  if (entityWhitelist === undefined) return
  const own = entityWhitelist.entities?.get(node.entityId)
  if (own === undefined) throw errors.forbidden('entity not in the whitelist')
  if (own.maxNodes.size === 0) return
  for (const role of ALL_ROLES) {
    if ((node.roles & role) === 0) continue
    const countMax = own.maxNodes.get(role) ?? 0
    if (countMax === 0) throw errors.forbidden('no nodes with this role')
    checkNodeCount(state, candidate, { role, countMax })
  }
}

function runs(node: Node, runtime: Namespace): boolean {
  return (node.runtimes ?? []).some((own) => own !== undefined && equalBytes(own.id, runtime))
}

/** Refuses one node more than the entity may have for the runtime with a role. */
function checkNodeCount(
  state: ReadableState,
  { node, runtime, epoch }: Candidate,
  { role, countMax }: { readonly role: number; readonly countMax: number },
): void {
  const others = entityNodesOf(state, node.entityId).filter(
    (other) =>
      !equalBytes(other.id, node.id) &&
      !isExpired(other, epoch) &&
      runs(other, runtime.id) &&
      (other.roles & role) !== 0,
  )
  if (others.length + 1 > countMax) throw errors.forbidden('too many nodes with this role')
}
