/** Which nodes can work for a runtime. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import { type NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { compareVersions } from '@wadi/primitives/version'
import type { Context } from '../kernel/context.ts'
import { verifyEnclave } from '../registry/actions.ts'
import { isSuspended } from '../registry/nodeStatus.ts'
import { activeDeploymentOf } from '../registry/queries.ts'
import type { Candidate } from './election.ts'

/** Can the node compute for the runtime in the epoch? */
export function isSuitableWorker(
  ctx: Context,
  { node, status }: Candidate,
  runtime: Runtime,
  epoch: Epoch,
): boolean {
  if (!hasRole(node.roles, 'compute')) return false
  const deployment = activeDeploymentOf(runtime, epoch)
  if (deployment === undefined) return false
  const own = (node.runtimes ?? []).find(
    (candidate) =>
      candidate !== undefined &&
      equalBytes(candidate.id, runtime.id) &&
      compareVersions(candidate.version, deployment.version) === 0,
  )
  if (own === undefined || isSuspended(status, runtime.id, epoch)) return false
  return hasEnclave(ctx, { nodeId: node.id, own, hardware: runtime.teeHardware, deployment })
}

interface EnclaveClaim {
  readonly nodeId: PublicKey
  readonly own: NodeRuntime
  readonly hardware: number
  readonly deployment: VersionInfo
}

/** Does the node run the deployment in the enclave that the runtime asks for, if in any? */
function hasEnclave(ctx: Context, { nodeId, own, hardware, deployment }: EnclaveClaim): boolean {
  const { tee: capability } = own.capabilities
  if (hardware === TEE_HARDWARE.invalid) return capability === undefined
  if (capability?.hardware !== hardware) return false
  try {
    // Evidence ages: what was good at registration need not be now.
    verifyEnclave(ctx, { nodeId, capability, constraints: deployment.tee })
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}
