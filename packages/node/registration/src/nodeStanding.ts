/** What the network holds against a node, in its metrics. */

import { toHex } from '@wadi/base/bytes'
import type { NodeStatus } from '@wadi/consensus/registry'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { RegistrationMetrics } from './metrics.ts'

/** May it be elected? COMPAT(oasis-core): 0 is a node that has just registered: it may not. */
function isEligible({ electionEligibleAfter }: NodeStatus, epoch: Epoch): boolean {
  return electionEligibleAfter !== 0n && electionEligibleAfter < epoch
}

const binary = (isSo: boolean) => (isSo ? 1 : 0)

/** Shows it; of runtimes those that the node serves. */
export function showStanding(
  metrics: RegistrationMetrics,
  status: NodeStatus,
  { epoch, runtimes }: { readonly epoch: Epoch; readonly runtimes: readonly Namespace[] },
): void {
  metrics.frozen.set(binary(status.freezeEndTime > 0n))
  metrics.eligible.set(binary(isEligible(status, epoch)))
  for (const id of runtimes) {
    const { failures = 0, suspendedUntil = 0n } = status.faults.get(id) ?? {}
    const labels = { runtime: toHex(id) }
    metrics.runtimeFaults.set(failures, labels)
    metrics.runtimeSuspended.set(binary(epoch < suspendedUntil), labels)
  }
}
