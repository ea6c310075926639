/** What may become of a registered runtime, and how one may begin. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { BugError, CodedError } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/registry/errors'
import {
  type Runtime,
  RuntimeGovernanceModel,
  type VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { compareVersions } from '@wadi/primitives/version'
import { checkDeployments, type DeploymentRules } from './deployments.ts'
import { activeDeploymentOf, deploymentOf, deploymentsOf } from './queries.ts'

const MODEL = RuntimeGovernanceModel.names

/** Refuses a new runtime that is deployed at once. */
export function verifyNewRuntime(runtime: Runtime, { epoch }: DeploymentRules): void {
  if (activeDeploymentOf(runtime, epoch) !== undefined)
    throw errors.runtimeUpdateNotAllowed('trying to deploy immediately')
}

/** Refuses a change of what is fixed. The descriptor itself was verified. */
export function verifyRuntimeUpdate(
  before: Runtime,
  runtime: Runtime,
  rules: DeploymentRules,
): void {
  checkIdentity(before, runtime)
  checkKeyManager(before, runtime)
  checkGovernanceChange(before, runtime)
  checkStoredDeployments(before, rules)
  checkDeploymentChanges(before, runtime, rules)
}

function checkIdentity(before: Runtime, runtime: Runtime): void {
  if (before.kind !== runtime.kind)
    throw errors.runtimeUpdateNotAllowed('trying to update runtime kind')
  const isSameGenesis =
    before.genesis.round === runtime.genesis.round &&
    equalBytes(before.genesis.stateRoot, runtime.genesis.stateRoot)
  if (!isSameGenesis) throw errors.runtimeUpdateNotAllowed('trying to update genesis')
}

/** A key manager may be chosen once. */
function checkKeyManager(before: Runtime, runtime: Runtime): void {
  if (before.keyManager === undefined) return
  if (runtime.keyManager === undefined || !equalBytes(before.keyManager, runtime.keyManager))
    throw errors.runtimeUpdateNotAllowed('trying to change key manager')
}

/** An entity may give the runtime to itself. */
function checkGovernanceChange(before: Runtime, runtime: Runtime): void {
  if (before.governanceModel === runtime.governanceModel) return
  const isGivenAway =
    before.governanceModel === MODEL.entity && runtime.governanceModel === MODEL.runtime
  if (!isGivenAway) throw errors.runtimeUpdateNotAllowed('invalid governance model transition')
}

/**
 * COMPAT(oasis-core): the reference stops if what it once accepted does not satisfy the rules any
 * more, as after parameters that allow fewer deployments or fewer features.
 */
function checkStoredDeployments(before: Runtime, rules: DeploymentRules): void {
  try {
    checkDeployments(before, rules)
  } catch (error) {
    if (error instanceof CodedError)
      throw new BugError(`registry: malformed deployments present in state: ${error.message}`)
    throw error
  }
}

function checkDeploymentChanges(
  before: Runtime,
  runtime: Runtime,
  { epoch }: DeploymentRules,
): void {
  for (const deployment of deploymentsOf(runtime)) {
    const old = deploymentOf(before, deployment.version)
    if (old !== undefined && equalDeployments(old, deployment)) continue
    if (deployment.validFrom <= epoch)
      throw errors.runtimeUpdateNotAllowed('trying to change an existing deployment')
  }
  const active = activeDeploymentOf(before, epoch)
  const newActive = activeDeploymentOf(runtime, epoch)
  if (active === undefined && newActive === undefined) return
  if (active === undefined || newActive === undefined || !equalDeployments(active, newActive))
    throw errors.runtimeUpdateNotAllowed('trying to change the active deployment')
}

function equalDeployments(a: VersionInfo, b: VersionInfo): boolean {
  return (
    compareVersions(a.version, b.version) === 0 &&
    a.validFrom === b.validFrom &&
    equalBytes(a.tee ?? EMPTY_BYTES, b.tee ?? EMPTY_BYTES) &&
    equalBytes(a.bundleChecksum, b.bundleChecksum)
  )
}
