import type { Status } from '@wadi/consensus/churp'
import type { Update } from '@wadi/consensus/churp/methods'
import type { Epoch } from '@wadi/primitives/epoch'
import { currentEpoch } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { plainErrors } from '../errors.ts'
import { epochAfter, HANDOFFS_DISABLED, isDisabled, withHandoffAt } from '../handoff.ts'
import { checkPolicy, checkQueries, checkScheme } from '../policy.ts'
import { parametersOf } from '../queries.ts'
import { ownKeyManagerOf, schemeOf, updateScheme } from '../schemes.ts'

/** keymanager/churp.Update: changes what the owner may change of a scheme. */
export function update(ctx: Context, request: Update): void {
  const { state, chain } = ctx
  checkQueries(state, request.policy)
  useGas(ctx, parametersOf(state).gasCosts, 'update')
  if (endsSimulation(ctx)) return
  ownKeyManagerOf(ctx, request)
  const before = schemeOf(state, request)
  checkRequest(request)
  const { extraShares, handoffInterval, policy } = request
  if (policy !== undefined) checkPolicy(chain.signatures, policy, before.policy.policy)
  if (endsCheck(ctx)) return

  const rescheduled =
    handoffInterval === undefined ? before : withInterval(ctx, before, handoffInterval)
  updateScheme(ctx, {
    ...rescheduled,
    extraShares: extraShares ?? before.extraShares,
    policy: policy ?? before.policy,
  })
}

function checkRequest(request: Update): void {
  const { extraShares, handoffInterval, policy } = request
  if (extraShares === undefined && handoffInterval === undefined && policy === undefined)
    throw plainErrors.emptyUpdate()
  if (policy !== undefined) checkScheme(request, policy)
}

/** A handoff that is scheduled stays, and the new interval begins behind it. */
function withInterval(ctx: Context, before: Status, handoffInterval: Epoch): Status {
  const status = { ...before, handoffInterval }
  if (handoffInterval === 0n) return withHandoffAt(status, HANDOFFS_DISABLED)
  if (!isDisabled(before)) return status
  return { ...status, nextHandoff: epochAfter(currentEpoch(ctx)) }
}
