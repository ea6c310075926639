/** What must hold of a descriptor's list of deployments. */

import { checkSgxConstraints, readSgxConstraints } from '@wadi/attestation/sgxConstraints'
import { CodedError } from '@wadi/base/errors'
import type { TeeFeatures } from '@wadi/consensus/registry'
import { errors } from '@wadi/consensus/registry/errors'
import type { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import type { SgxConstraints } from '@wadi/consensus/registry/sgx'
import type { Epoch } from '@wadi/primitives/epoch'
import { TEE_HARDWARE } from '@wadi/primitives/node'
import { compareVersions } from '@wadi/primitives/version'
import { BUNDLE_CHECKSUM_BYTES, DEPLOYMENT_COUNT_MAX_LEAST } from '../limits.ts'

/** What deployments are measured by. */
export interface DeploymentRules {
  readonly epoch: Epoch
  /** Two are allowed in any case. */
  readonly countMax: number
  readonly features: TeeFeatures | undefined
  /** May a policy list the platforms that it allows? */
  readonly hasFmspcAllowList: boolean
}

/** Refuses a list in which something is missing, malformed or in disorder. */
export function checkDeployments(runtime: Runtime, rules: DeploymentRules): void {
  const deployments = checkList(runtime, rules)
  for (const [i, deployment] of deployments.entries()) {
    const before = deployments[i - 1]
    if (before !== undefined) checkOrder(before, deployment)
    checkTeeConstraints(runtime, deployment, rules)
    const { length } = deployment.bundleChecksum
    if (length > 0 && length !== BUNDLE_CHECKSUM_BYTES)
      throw errors.invalidArgument('invalid bundle checksum')
  }
  const future = deployments.filter(({ validFrom }) => validFrom > rules.epoch)
  if (future.length > 1) throw errors.invalidArgument('more than one future deployment')
}

/** The deployments by their versions. */
function checkList({ deployments }: Runtime, rules: DeploymentRules): readonly VersionInfo[] {
  if (deployments.length === 0) throw errors.invalidArgument('no deployments')
  if (deployments.length > Math.max(DEPLOYMENT_COUNT_MAX_LEAST, rules.countMax))
    throw errors.invalidArgument('too many deployments')
  const present = deployments.filter((deployment) => deployment !== undefined)
  if (present.length < deployments.length) throw errors.invalidArgument('nil deployment')
  return present.sort((a, b) => compareVersions(a.version, b.version))
}

function checkOrder(before: VersionInfo, deployment: VersionInfo): void {
  if (compareVersions(before.version, deployment.version) === 0)
    throw errors.invalidArgument('duplicate version')
  if (before.validFrom >= deployment.validFrom)
    throw errors.invalidArgument('versions must increase over time')
}

function checkTeeConstraints(
  { teeHardware }: Runtime,
  { tee }: VersionInfo,
  rules: DeploymentRules,
): void {
  if (teeHardware === TEE_HARDWARE.invalid) {
    // COMPAT(oasis-core): empty constraints are constraints too.
    if (tee !== undefined) throw errors.invalidArgument('TEE constraints when no TEE specified')
    return
  }
  if (teeHardware !== TEE_HARDWARE.intelSgx) throw errors.invalidArgument('invalid TEE hardware')
  const { enclaves } = readConstraints(tee, rules)
  if (enclaves.length === 0) throw errors.noEnclaveForRuntime()
}

function readConstraints(tee: Uint8Array | undefined, rules: DeploymentRules): SgxConstraints {
  try {
    const constraints = readSgxConstraints(tee)
    checkSgxConstraints(constraints, rules)
    return constraints
  } catch (error) {
    if (error instanceof CodedError)
      throw errors.invalidArgument(`invalid SGX TEE constraints: ${error.message}`)
    throw error
  }
}
