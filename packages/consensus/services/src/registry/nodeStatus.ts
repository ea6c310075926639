/** What a node's status means, and what becomes of it. No state. */

import { assert } from '@wadi/base/errors'
import { withEntry, withoutEntry } from '@wadi/cbor/collections'
import type { Fault, NodeStatus } from '@wadi/consensus/registry'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'

/** More failures do not suspend for longer: 64 epochs. */
const SUSPENDING_FAILURES_MAX = 6

/** Freezes a node for as long as there are epochs. */
export const FREEZE_FOREVER: Epoch = 0xffff_ffff_ffff_ffffn

/** Is the node out of all elections until it is unfrozen? */
export function isFrozen({ freezeEndTime }: NodeStatus): boolean {
  return freezeEndTime > 0n
}

/** May the node be elected into committees? */
export function isEligible({ electionEligibleAfter }: NodeStatus, epoch: Epoch): boolean {
  return epoch > electionEligibleAfter
}

/** COMPAT(oasis-core): a null of the genesis document stops the node as soon as it is looked at. */
function faultOf({ faults }: NodeStatus, runtime: Namespace): Fault | undefined {
  if (!faults.has(runtime)) return undefined
  const fault = faults.get(runtime)
  assert(fault !== undefined, 'registry: a record of faults is null')
  return fault
}

/** Is the node left out of the runtime's committees? */
export function isSuspended(status: NodeStatus, runtime: Namespace, epoch: Epoch): boolean {
  if (isFrozen(status)) return true
  const fault = faultOf(status, runtime)
  return fault !== undefined && epoch < fault.suspendedUntil
}

/** The record of so many failures, the suspension beginning with `epoch`. */
function faultOfFailures(failures: number, epoch: Epoch): Fault {
  if (failures === 0) return { failures, suspendedUntil: 0n }
  const exponent = Math.min(failures, SUSPENDING_FAILURES_MAX)
  return {
    failures,
    suspendedUntil: BigInt.asUintN(64, epoch + (1n << BigInt(exponent))),
  }
}

/** The status after an epoch, the one before `epoch`, in which the node failed the runtime. */
export function withFailure(status: NodeStatus, runtime: Namespace, epoch: Epoch): NodeStatus {
  const before = faultOf(status, runtime)?.failures ?? 0
  // COMPAT(oasis-core): the counter is a byte and wraps around.
  const fault = faultOfFailures((before + 1) & 0xff, epoch)
  return { ...status, faults: withEntry(status.faults, runtime, fault) }
}

/** The status after an epoch, the one before `epoch`, in which the node did well. */
export function withSuccess(status: NodeStatus, runtime: Namespace, epoch: Epoch): NodeStatus {
  const before = faultOf(status, runtime)
  if (before === undefined) return status
  const fault = faultOfFailures(Math.max(before.failures - 1, 0), epoch)
  const faults =
    fault.failures === 0
      ? withoutEntry(status.faults, runtime)
      : withEntry(status.faults, runtime, fault)
  return { ...status, faults }
}
