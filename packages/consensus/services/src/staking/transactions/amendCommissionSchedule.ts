import { ThresholdKind } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { AmendCommissionSchedule } from '@wadi/consensus/staking/methods'
import { add, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { epochOf } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { withEscrow } from '../accounts.ts'
import { amended } from '../commission.ts'
import { accountOf, parametersOf } from '../queries.ts'
import { setAccount } from '../state.ts'

const KIND = ThresholdKind.names

/** staking.AmendCommissionSchedule: says what the caller keeps of its delegators' rewards. */
export function amendCommissionSchedule(
  ctx: Context,
  { amendment }: AmendCommissionSchedule,
): void {
  if (endsCheck(ctx)) return
  const { state, caller } = ctx
  const { gasCosts, thresholds, commissionScheduleRules: rules } = parametersOf(state)
  useGas(ctx, gasCosts, 'amend_commission_schedule')
  if (endsSimulation(ctx)) return

  if (isReservedAddress(caller)) throw errors.forbidden()
  const account = accountOf(state, caller)
  const { active, commissionSchedule } = account.escrow
  // Schedules take room in the state: they are for those who could run a validator.
  const ofEntity = thresholds.get(KIND.entity) ?? ZERO
  const ofValidator = thresholds.get(KIND['node-validator']) ?? ZERO
  if (active.balance < add(ofEntity, ofValidator)) throw errors.insufficientStake()
  const schedule = amended(commissionSchedule, amendment, rules, epochOf(state))
  setAccount(state, caller, withEscrow(account, { commissionSchedule: schedule }))
}
