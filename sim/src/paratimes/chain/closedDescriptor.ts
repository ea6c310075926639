/** What a descriptor says of those to whom a ParaTime is open. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  AdmissionPolicy,
  EntityWhitelist,
  EntityWhitelistConfig,
  EntityWhitelistRole,
  EntityWhitelistRoleConfig,
  PerRoleAdmissionPolicy,
  type Runtime,
  type RuntimeStakingParameters,
  SchedulingConstraints,
} from '@wadi/consensus/registry/runtime'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { ThresholdKind } from '@wadi/consensus/staking'
import { ROLES, RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import type { NodeRole, ParatimeTerms, PoolRules, RoleEntity } from '../plan/paratimeTerms.ts'

const { worker: WORKER, 'backup-worker': BACKUP } = CommitteeRole.names

function byRole<T>(of: Partial<Readonly<Record<NodeRole, T>>>): readonly (readonly [number, T])[] {
  return Object.entries(of).map(([role, one]) => [ROLES[role as NodeRole], one] as const)
}

/** Which nodes may register, given the keys of entities by their numbers. */
export function admissionPolicyOf(
  { admission }: ParatimeTerms,
  entities: readonly PublicKey[],
): AdmissionPolicy {
  switch (admission.kind) {
    case 'anyone':
      return make(AdmissionPolicy, { anyNode: {} })
    case 'listed': {
      const listed = admission.entities.map(({ entity, maxNodes }) => {
        const counts = keyedMap(RolesMask, byRole(maxNodes ?? {}))
        return [entities[entity]!, make(EntityWhitelistConfig, { maxNodes: counts })] as const
      })
      const entityWhitelist = make(EntityWhitelist, { entities: keyedMap(PublicKey, listed) })
      return make(AdmissionPolicy, { entityWhitelist })
    }
    case 'by-role': {
      const policies = byRole(admission.lists).map(
        ([role, list]) => [role, rolePolicyOf(list, entities)] as const,
      )
      return make(AdmissionPolicy, { perRole: keyedMap(RolesMask, policies) })
    }
  }
}

function rolePolicyOf(
  list: readonly RoleEntity[],
  entities: readonly PublicKey[],
): PerRoleAdmissionPolicy {
  const listed = list.map(({ entity, maxNodes }) => {
    return [entities[entity]!, make(EntityWhitelistRoleConfig, { maxNodes })] as const
  })
  const entityWhitelist = make(EntityWhitelistRole, { entities: keyedMap(PublicKey, listed) })
  return make(PerRoleAdmissionPolicy, { entityWhitelist })
}

/** What must hold of committees. */
export function constraintsOf({
  worker,
  backupWorker,
}: ParatimeTerms): Pick<Runtime, 'constraints'> {
  const rules = (
    [
      [WORKER, worker],
      [BACKUP, backupWorker],
    ] as const
  ).flatMap(([role, one]) => {
    const found = constraintOf(one)
    return found === undefined ? [] : [[role, found] as const]
  })
  const all = keyedMap(CommitteeRole, rules)
  return {
    constraints: keyedMap(
      CommitteeKind,
      rules.length === 0 ? [] : [[CommitteeKind.names.executor, all] as const],
    ),
  }
}

function constraintOf(rules: PoolRules): SchedulingConstraints | undefined {
  const { isValidating, perEntityMax, poolMin } = rules
  if (!isValidating && perEntityMax === undefined && poolMin === undefined) return undefined
  return make(SchedulingConstraints, {
    ...(isValidating && { validatorSet: {} }),
    ...(perEntityMax !== undefined && { maxNodes: { limit: perEntityMax } }),
    ...(poolMin !== undefined && { minPoolSize: { limit: poolMin } }),
  })
}

/** What nodes stake. */
export function thresholdsOf({
  stakes,
}: ParatimeTerms): Partial<Pick<RuntimeStakingParameters, 'thresholds'>> {
  const { 'node-compute': compute, 'node-observer': observer } = ThresholdKind.names
  const due = (
    [
      [compute, stakes.compute],
      [observer, stakes.observer],
    ] as const
  ).flatMap(([kind, amount]) => (amount === 0 ? [] : [[kind, quantity(BigInt(amount))] as const]))
  return { thresholds: keyedMap<bigint, Quantity>(ThresholdKind, due) }
}
