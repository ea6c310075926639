/** Which version of a runtime is to run, and which one is to be ready when it is due. */

import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Version } from '@wadi/primitives/version'
import { activeDeployment, nextDeployment } from '@wadi/runtime-protocol/deployments'

/** What is to run. */
export interface VersionChoice {
  readonly active: Version | undefined
  /** Runs beside it, and is asked for nothing yet. */
  readonly next: Version | undefined
}

/** How early the next version is started; undefined where nobody executes. */
export interface Foresight {
  readonly epoch: Epoch
  readonly preWarmEpochs: Epoch | undefined
}

/** Follows from the runtime's descriptor and the epoch of the next block. */
export function decideVersions(
  runtime: Runtime,
  { epoch, preWarmEpochs }: Foresight,
): VersionChoice {
  const active = activeDeployment(runtime, epoch)?.version
  const next = nextDeployment(runtime, epoch)
  const isSoon =
    next !== undefined && preWarmEpochs !== undefined && next.validFrom - epoch <= preWarmEpochs
  return { active, next: isSoon ? next.version : undefined }
}
