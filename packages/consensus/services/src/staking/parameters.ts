/** Staking's parameters: what they must be, and how governance changes them. */

import { definePlainErrors } from '@wadi/base/errors'
import { type Parameters, type RewardStep, ThresholdKind } from '@wadi/consensus/staking'
import { ParameterChanges } from '@wadi/consensus/staking/parameterChanges'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import type { Quantity } from '@wadi/primitives/quantity'
import { currentEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { withEscrow } from './accounts.ts'
import { COMMISSION_RATE_DENOMINATOR, checkedSchedule, lifted } from './commission.ts'
import { accountOf, commissionScheduleAddressesOf, parametersOf } from './queries.ts'
import { REWARD_AMOUNT_DENOMINATOR } from './rewards.ts'
import { setAccount, setParameters } from './state.ts'

/** What is wrong with parameters. */
export const errors = definePlainErrors('staking/parameters', {
  debugFlags: 'one or more unsafe debug flags set',
  thresholdMissing: 'a threshold is not defined',
  noFeeWeights: 'fee split proportions are all zero',
  commissionOverUnity: 'minimum commission over unity',
  rewardScale: 'a reward scale is larger than one',
  rewardUntil: 'a reward step ends at an invalid epoch',
  rewardOrder: 'reward schedule steps must be sequential',
  signingThreshold: 'the signing reward threshold is larger than one',
})

/** COMPAT(oasis-core): key managers' CHURP may be without a threshold, which was added later. */
const OPTIONAL_THRESHOLD = ThresholdKind.names['keymanager-churp']

/** Refuses parameters that no network may have. */
export function checkParameters(
  params: Parameters,
  { isDebug }: { readonly isDebug: boolean },
): void {
  if (params.debugBypassStake && !isDebug) throw errors.debugFlags()
  for (const [name, kind] of Object.entries(ThresholdKind.names))
    if (kind !== OPTIONAL_THRESHOLD && !params.thresholds.has(kind))
      throw errors.thresholdMissing(name)
  const { feeSplitWeightPropose, feeSplitWeightVote, feeSplitWeightNextPropose } = params
  const weights = [feeSplitWeightPropose, feeSplitWeightVote, feeSplitWeightNextPropose]
  if (weights.every((weight) => weight === 0n)) throw errors.noFeeWeights()
  const { minCommissionRate } = params.commissionScheduleRules
  if (minCommissionRate > COMMISSION_RATE_DENOMINATOR)
    throw errors.commissionOverUnity(`${minCommissionRate}`)
  checkRewardSchedule(params.rewardSchedule)
  if (params.signingRewardThresholdNumerator > params.signingRewardThresholdDenominator)
    throw errors.signingThreshold()
}

function checkRewardSchedule(schedule: readonly RewardStep[]): void {
  let before = 0n
  for (const { until, scale } of schedule) {
    if (scale > REWARD_AMOUNT_DENOMINATOR) throw errors.rewardScale(`${scale}`)
    if (until === EPOCH_INVALID) throw errors.rewardUntil()
    if (until <= before) throw errors.rewardOrder(`${until} after ${before}`)
    before = until
  }
}

/** How governance changes the parameters. */
export const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'staking',
  schema: ParameterChanges,
  current: parametersOf,
  apply: (params, { minCommissionRate, ...changes }) => {
    const rules = withChanges(params.commissionScheduleRules, { minCommissionRate })
    return withChanges(params, { ...changes, commissionScheduleRules: rules })
  },
  check: (params, { chain }) => checkParameters(params, chain),
  write: (ctx, params, { minCommissionRate }) => {
    if (minCommissionRate !== undefined) liftSchedules(ctx, params, minCommissionRate)
    setParameters(ctx.state, params)
  },
}

/**
 * Raises the rates that are below a new minimum.
 * COMPAT(oasis-core): accounts before one whose schedule is refused stay as they were changed.
 */
function liftSchedules(ctx: Context, params: Parameters, minimumRate: Quantity): void {
  const { state } = ctx
  const epoch = currentEpoch(ctx)
  for (const address of commissionScheduleAddressesOf(state)) {
    const account = accountOf(state, address)
    const before = account.escrow.commissionSchedule
    const raised = lifted(before, minimumRate)
    if (raised === before) continue
    const commissionSchedule = checkedSchedule(raised, params.commissionScheduleRules, epoch)
    setAccount(state, address, withEscrow(account, { commissionSchedule }))
  }
}
