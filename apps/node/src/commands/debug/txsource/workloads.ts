/** The workloads by name. */

import type { Workload } from './workload.ts'
import { commissionWorkload } from './workloads/commission.ts'
import { delegationWorkload } from './workloads/delegation.ts'
import { governanceWorkload } from './workloads/governance.ts'
import { oversizedWorkload } from './workloads/oversized.ts'
import { parallelWorkload } from './workloads/parallel.ts'
import { queriesWorkload } from './workloads/queries.ts'
import { registrationWorkload } from './workloads/registration.ts'
import { runtimeWorkload } from './workloads/runtime.ts'
import { transferWorkload } from './workloads/transfer.ts'

/** What there is to do. */
export const workloads = {
  commission: commissionWorkload,
  delegation: delegationWorkload,
  governance: governanceWorkload,
  oversized: oversizedWorkload,
  parallel: parallelWorkload,
  queries: queriesWorkload,
  registration: registrationWorkload,
  runtime: runtimeWorkload,
  transfer: transferWorkload,
} as const satisfies Readonly<Record<string, Workload>>

export type WorkloadName = keyof typeof workloads

/** Is it one of them? */
export function isWorkload(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name)
}
