/** What governance's own parameters may be, and how they are changed. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/governance'
import { ParameterChanges } from '@wadi/consensus/governance/parameterChanges'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('governanceParameters', {
  stakeThresholdTooLarge: 'stake threshold must be less than or equal to 100',
  stakeThresholdTooSmall: 'stake threshold must be greater than 66',
  votingPeriodOfUpgrade: 'voting_period should be less than upgrade_min_epoch_diff',
  votingPeriodOfCancellation: 'voting_period should be less than upgrade_cancel_min_epoch_diff',
})

/** Refuses that a minority decides, and that an upgrade comes before the vote on it ends. */
export function checkParameters({
  stakeThreshold,
  votingPeriod,
  upgradeMinEpochDiff,
  upgradeCancelMinEpochDiff,
}: Parameters): void {
  if (stakeThreshold > 100) throw errors.stakeThresholdTooLarge()
  if (stakeThreshold <= 66) throw errors.stakeThresholdTooSmall()
  if (votingPeriod >= upgradeMinEpochDiff) throw errors.votingPeriodOfUpgrade()
  if (votingPeriod >= upgradeCancelMinEpochDiff) throw errors.votingPeriodOfCancellation()
}

/** How a proposal changes governance itself. */
export const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'governance',
  schema: ParameterChanges,
  current: parametersOf,
  apply: withChanges,
  check: checkParameters,
  write: ({ state }, params) => setParameters(state, params),
}
