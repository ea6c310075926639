/** What stake entities, nodes and runtimes must have, and what the claims to it are called. */

import { toBase64, toHex } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import {
  RUNTIME_KINDS,
  type Runtime,
  RuntimeGovernanceModel,
} from '@wadi/consensus/registry/runtime'
import { type StakeThreshold, ThresholdKind } from '@wadi/consensus/staking'
import { type Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { ZERO } from '@wadi/primitives/quantity'

const KIND = ThresholdKind.names
const MODEL = RuntimeGovernanceModel.names

function globalThreshold(kind: ThresholdKind): StakeThreshold {
  return { global: kind, const: undefined }
}

/** What the names of all claims of the registry begin with. */
export const CLAIM_PREFIX = 'registry.'

/** The claim of being an entity. */
export const CLAIM_OF_ENTITY = 'registry.RegisterEntity'

/** What being an entity takes. */
export const ENTITY_THRESHOLDS: readonly StakeThreshold[] = [globalThreshold(KIND.entity)]

/** The claim of running a node. */
export function claimOfNode(id: PublicKey): string {
  return `registry.RegisterNode.${toBase64(id)}`
}

/** The claim of owning a runtime. */
export function claimOfRuntime(id: Namespace): string {
  return `registry.RegisterRuntime.${toHex(id)}`
}

/** The thresholds of the roles that a node has for each of its runtimes, in this order. */
const THRESHOLDS_OF_ROLES = [
  ['key-manager', KIND['node-keymanager']],
  ['compute', KIND['node-compute']],
  ['observer', KIND['node-observer']],
] as const

/** What running a node takes that is registered for these runtimes, each of them named once. */
export function thresholdsOfNode(
  { roles }: Pick<Node, 'roles'>,
  runtimes: readonly Runtime[],
): readonly StakeThreshold[] {
  const thresholds: StakeThreshold[] = []
  if (hasRole(roles, 'validator')) thresholds.push(globalThreshold(KIND['node-validator']))
  for (const { staking } of runtimes) {
    for (const [role, kind] of THRESHOLDS_OF_ROLES) {
      if (!hasRole(roles, role)) continue
      thresholds.push(globalThreshold(kind))
      const own = staking.thresholds.get(kind) ?? ZERO
      if (own !== ZERO) thresholds.push({ global: undefined, const: own })
    }
  }
  return thresholds
}

/** What owning a runtime takes. */
export function thresholdsOfRuntime({ kind }: Runtime): readonly StakeThreshold[] {
  if (kind === RUNTIME_KINDS.compute) return [globalThreshold(KIND['runtime-compute'])]
  if (kind === RUNTIME_KINDS.keyManager) return [globalThreshold(KIND['runtime-keymanager'])]
  throw new BugError(`registry: a runtime of kind ${kind}`)
}

/** Whose stake a runtime needs, and who may change it; undefined if consensus governs it. */
export function runtimeOwnerAddress({
  governanceModel,
  entityId,
  id,
}: Pick<Runtime, 'governanceModel' | 'entityId' | 'id'>): Address | undefined {
  if (governanceModel === MODEL.entity) return stakingAddress(entityId)
  if (governanceModel === MODEL.runtime) return runtimeAddress(id)
  return undefined
}
