/** All that is looked at while ParaTimes run, but for how fast they do. */

import type { KeyManagerNode } from '../nodes/keyManagerNode.ts'
import { createExecution, type Reference } from './execution.ts'
import { createIncoming } from './incoming.ts'
import { createLiveness } from './liveness.ts'
import type { ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'
import { createSecrets } from './secrets.ts'
import { createServed } from './served.ts'
import {
  createAgreement,
  createEvidence,
  createFinality,
  createInputs,
  createNoDoubleSign,
  createNoFalseBan,
  createNoFalseSlash,
  createSupply,
} from './smallCheckers.ts'
import { createStores } from './stores.ts'
import { createAdmission, createGovernance, createPools } from './terms.ts'
import { createVerdicts } from './verdicts.ts'
import { createVersions } from './versions.ts'

/** What nobody promises where more are byzantine than may be. */
export const PROMISES: ReadonlySet<string> = new Set([
  'agreement',
  'execution',
  // One node's vote is enough then, which may be that of the scheduler who signed another batch.
  'inputs',
  'noFalseSlash',
  'supply',
  'progress',
  'served',
  'stores',
  'stopped',
])

/** See the top of this file. */
export function allCheckers(
  world: ParatimeWorld,
  references: readonly Reference[],
  keepers: readonly KeyManagerNode[],
): readonly ParatimeChecker[] {
  return [
    createExecution(references),
    createAgreement(world),
    createVerdicts(world),
    createLiveness(world),
    createVersions(world),
    createAdmission(world),
    createPools(world),
    createGovernance(world),
    createStores(world),
    createInputs(world),
    createIncoming(world),
    createNoFalseSlash(world),
    createNoDoubleSign(world),
    createEvidence(world),
    createNoFalseBan(world),
    createFinality(world, references),
    createServed(world),
    createSupply(world, references),
    createSecrets(world, keepers),
  ]
}
