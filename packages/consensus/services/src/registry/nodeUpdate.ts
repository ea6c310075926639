/** What may become of a registered node. */

import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node, NodeRuntime } from '@wadi/primitives/node'
import { compareVersions } from '@wadi/primitives/version'
import type { ReadableState } from '../kernel/state.ts'
import { activeDeploymentOf, anyRuntimeOf, deploymentOf, isExpired } from './queries.ts'

/** What a node is, and what it wants to be. */
export interface NodeUpdate {
  readonly before: Node
  readonly node: Node
  readonly epoch: Epoch
}

/** Refuses a change of what is fixed; of an expired node only its entity and consensus key are. */
export function verifyNodeUpdate(state: ReadableState, update: NodeUpdate): void {
  const { before, node, epoch } = update
  if (!equalBytes(before.entityId, node.entityId))
    throw errors.nodeUpdateNotAllowed('trying to update node entity ID')
  if (!equalBytes(before.consensus.id, node.consensus.id))
    throw errors.nodeUpdateNotAllowed('trying to update consensus ID')
  if (isExpired(before, epoch)) return
  for (const runtime of runtimesOf(before)) checkRuntime(state, update, runtime)
  // COMPAT(oasis-core): one role in common is enough.
  if ((node.roles & before.roles) === 0)
    throw errors.nodeUpdateNotAllowed('trying to update node roles - downgrade')
}

function runtimesOf({ runtimes }: Node): readonly NodeRuntime[] {
  return (runtimes ?? []).filter((runtime) => runtime !== undefined)
}

/** Refuses to leave out a runtime, or to change how it runs. */
function checkRuntime(state: ReadableState, update: NodeUpdate, before: NodeRuntime): void {
  const versions = runtimesOf(update.node).filter(({ id }) => equalBytes(id, before.id))
  if (versions.length === 0) throw errors.nodeUpdateNotAllowed('current runtime is missing')
  const same = versions.find(({ version }) => compareVersions(version, before.version) === 0)
  if (same !== undefined) checkCapabilities(before, same)
  else if (!mayLeave(state, before, update.epoch))
    throw errors.nodeUpdateNotAllowed('current version is missing')
}

/** Is the version one that the runtime does not run, and will not run any more? */
function mayLeave(state: ReadableState, { id, version }: NodeRuntime, epoch: Epoch): boolean {
  const runtime = anyRuntimeOf(state, id)
  if (runtime === undefined) return false
  const active = activeDeploymentOf(runtime, epoch)
  if (active === undefined || compareVersions(version, active.version) < 0) return true
  return deploymentOf(runtime, version) === undefined
}

function checkCapabilities({ capabilities }: NodeRuntime, next: NodeRuntime): void {
  // An enclave's keys and evidence may change.
  if (capabilities.tee?.hardware !== next.capabilities.tee?.hardware)
    throw errors.nodeUpdateNotAllowed('trying to change TEE hardware')
}
