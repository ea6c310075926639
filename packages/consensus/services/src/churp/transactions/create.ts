import { make } from '@wadi/cbor/codec'
import { Status, SUITE_NIST_P384_SHA3_384 } from '@wadi/consensus/churp'

import type { Create } from '@wadi/consensus/churp/methods'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { stakingAddress } from '@wadi/primitives/address'
import { currentEpoch } from '../../beacon/queries.ts'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { parametersOf as stakingParametersOf } from '../../staking/queries.ts'
import { addStakeClaim } from '../../staking/stakeClaims.ts'
import { plainErrors } from '../errors.ts'
import { epochAfter, HANDOFFS_DISABLED } from '../handoff.ts'
import { checkPolicy, checkQueries, checkScheme } from '../policy.ts'
import { parametersOf, statusOf } from '../queries.ts'
import { ownKeyManagerOf } from '../schemes.ts'
import { claimOfScheme, SCHEME_THRESHOLDS } from '../stakeClaims.ts'
import { setStatus } from '../state.ts'

/** Polynomials of twice this degree still have as many coefficients as a byte can count. */
const THRESHOLD_MAX = 127

/** keymanager/churp.Create: begins a scheme, whose first committee forms in the next epoch. */
export function create(ctx: Context, request: Create): void {
  const { state, chain } = ctx
  checkQueries(state, request.policy)
  useGas(ctx, parametersOf(state).gasCosts, 'create')
  if (endsSimulation(ctx)) return
  const runtime = ownKeyManagerOf(ctx, request)
  if (statusOf(state, request.runtimeId, request.id) !== undefined) throw plainErrors.idTaken()
  checkRequest(request)
  checkPolicy(chain.signatures, request.policy)
  if (endsCheck(ctx)) return

  const status = newStatus(ctx, request)
  inSubTransaction(ctx, (inner) => {
    claimStake(inner, runtime, status)
    setStatus(inner.state, status)
    emit(inner, 'oasis_event_999_keymanager', 'keymanager/churp.create', { status })
  })
}

function checkRequest(request: Create): void {
  const { suiteId, threshold, policy } = request
  if (suiteId !== SUITE_NIST_P384_SHA3_384) throw plainErrors.unsupportedSuite(`${suiteId}`)
  if (threshold > THRESHOLD_MAX) throw plainErrors.thresholdTooLarge(`${threshold}`)
  checkScheme(request, policy)
}

/** A scheme that nobody has applied for yet. */
function newStatus(ctx: Context, request: Create): Status {
  const isScheduled = request.handoffInterval !== 0n
  const nextHandoff = isScheduled ? epochAfter(currentEpoch(ctx)) : HANDOFFS_DISABLED
  return make(Status, { ...request, nextHandoff })
}

function claimStake({ state }: Context, { entityId }: Runtime, status: Status): void {
  if (stakingParametersOf(state).debugBypassStake) return
  addStakeClaim(state, stakingAddress(entityId), claimOfScheme(status), SCHEME_THRESHOLDS)
}
