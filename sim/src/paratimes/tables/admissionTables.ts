/** Who is let in, and who may be elected: by the tables of the protocol, over numbers. */

import type { Admission, NodeRole, PoolRules } from '../plan/paratimeTerms.ts'

/** A node that is registered for a ParaTime, or wants to be. */
export interface Registrant {
  readonly entity: number
  readonly roles: readonly NodeRole[]
}

/** May the node register beside the others that have? */
export function isAdmitted(
  admission: Admission,
  { entity, roles }: Registrant,
  others: readonly Registrant[],
): boolean {
  const hasRoom = (role: NodeRole, most: number) =>
    others.filter((one) => one.entity === entity && one.roles.includes(role)).length < most
  switch (admission.kind) {
    case 'anyone':
      return true
    case 'listed': {
      const own = admission.entities.find((one) => one.entity === entity)
      if (own === undefined) return false
      const { maxNodes } = own
      return maxNodes === undefined || roles.every((role) => hasRoom(role, maxNodes[role] ?? 0))
    }
    case 'by-role':
      return roles.every((role) => {
        const list = admission.lists[role]
        if (list === undefined) return true
        const own = list.find((one) => one.entity === entity)
        return own !== undefined && (own.maxNodes === 0 || hasRoom(role, own.maxNodes))
      })
  }
}

/** Of how many nodes a role is elected, given the entities of those that can do it. */
export function poolSizeOf(
  { isValidating, perEntityMax = Number.POSITIVE_INFINITY }: PoolRules,
  entities: readonly number[],
  validating: ReadonlySet<number>,
): number {
  const counts = new Map<number, number>()
  for (const entity of entities)
    if (!isValidating || validating.has(entity)) counts.set(entity, (counts.get(entity) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + Math.min(count, perEntityMax), 0)
}

/** Are they enough to elect a role of so many? */
export function isPoolEnough(rules: PoolRules, seats: number, pool: number): boolean {
  return seats === 0 || pool >= Math.max(seats, rules.poolMin ?? 0)
}
