/** Whether a runtime's policy admits a node, in words. */

import type { AdmissionPolicy } from '@wadi/consensus/registry/runtime'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** Who wants to be admitted. */
export interface Applicant {
  readonly owner: PublicKey
  /** One of the bits. */
  readonly role: number
  /** Nodes of the same owner that the runtime has with the role already. */
  readonly others: number
}

/** Why not; undefined if it does. */
export function refusalOf(
  { entityWhitelist, perRole }: AdmissionPolicy,
  { owner, role, others }: Applicant,
): string | undefined {
  if (entityWhitelist !== undefined) {
    const own = entityWhitelist.entities?.get(owner)
    if (own === undefined) return 'its admission policy lists owners, and not the one of this node'
    // No entry at all is no limit; zero lets nobody in.
    const max = own.maxNodes.size === 0 ? undefined : (own.maxNodes.get(role) ?? 0)
    if (max === 0) return 'its admission policy admits no nodes of the owner with this role'
    if (max !== undefined && others >= max) return tooMany(others, max)
  }
  const whitelist = perRole?.get(role)?.entityWhitelist
  if (whitelist === undefined) return undefined
  const own = whitelist.entities?.get(owner)
  if (own === undefined)
    return 'its admission policy lists owners for this role, and not the one of this node'
  // Zero is no limit here.
  return own.maxNodes > 0 && others >= own.maxNodes ? tooMany(others, own.maxNodes) : undefined
}

function tooMany(others: number, max: number): string {
  const admitted = `its admission policy admits ${max} nodes of the owner with this role`
  return `${admitted}, and there are ${others} others`
}
