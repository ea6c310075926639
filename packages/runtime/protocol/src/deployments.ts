/** Which version of a runtime's program is to run, and which one a node has registered. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node, NodeRuntime } from '@wadi/primitives/node'
import { compareVersions, type Version } from '@wadi/primitives/version'

/** The deployment that became valid last, if any has; the first in the list of several. */
export function activeDeployment({ deployments }: Runtime, epoch: Epoch): VersionInfo | undefined {
  let active: VersionInfo | undefined
  for (const deployment of deployments) {
    assert(deployment !== undefined, 'runtime: a registered deployment is null')
    if (deployment.validFrom > epoch) continue
    if (active === undefined || active.validFrom < deployment.validFrom) active = deployment
  }
  return active
}

/** The deployment that becomes valid first; the last in the list of several. */
export function nextDeployment({ deployments }: Runtime, epoch: Epoch): VersionInfo | undefined {
  let next: VersionInfo | undefined
  for (const deployment of deployments) {
    assert(deployment !== undefined, 'runtime: a registered deployment is null')
    if (deployment.validFrom <= epoch) continue
    if (next === undefined || deployment.validFrom <= next.validFrom) next = deployment
  }
  return next
}

/** What a node has registered for exactly this version of a runtime. */
export function registeredRuntime(
  { runtimes = [] }: Node,
  id: Namespace,
  version: Version,
): NodeRuntime | undefined {
  return runtimes.find((runtime) => {
    assert(runtime !== undefined, 'node: a registered runtime is null')
    return equalBytes(runtime.id, id) && compareVersions(runtime.version, version) === 0
  })
}
