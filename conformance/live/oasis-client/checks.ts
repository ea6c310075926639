/** Everything that has to hold, in an order in which each finds what it needs. */

import { callChecks } from './callChecks.ts'
import { chainChecks } from './chainChecks.ts'
import { governanceChecks } from './governanceChecks.ts'
import type { Check } from './scene.ts'
import { stakingChecks } from './stakingChecks.ts'

export const checks: readonly Check[] = [
  ...governanceChecks,
  ...chainChecks,
  ...stakingChecks,
  ...callChecks,
]
