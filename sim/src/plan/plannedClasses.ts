import type { FaultClass } from './faultClasses.ts'
import type { Plan } from './plan.ts'

/** The classes of everything that a plan wants to go wrong. */
export function plannedClasses(plan: Plan): ReadonlySet<FaultClass> {
  const found = new Set<FaultClass>()
  for (const { kinds } of plan.byzantine) for (const kind of kinds) found.add(kind)
  if (plan.isBeyondLimit) found.add('beyond-limit')
  if (plan.skewsMs.some((ms) => ms !== 0)) found.add('clock-skew')
  for (const fault of plan.faults) {
    if (fault.kind === 'slow') found.add('slow-node')
    else if (fault.kind === 'jump') found.add('clock-jump')
    else found.add(fault.class)
  }
  return found
}
