import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { type SignedPolicySgx, Status } from '@wadi/consensus/keymanager'
import { currentEpoch } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { hasFeature261 } from '../../kernel/features.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { nodesOf } from '../../registry/queries.ts'
import { plainErrors } from '../errors.ts'
import { nextStatus } from '../nextStatus.ts'
import { checkPolicyChange, checkPolicySignatures } from '../policy.ts'
import { keyManagerOf, parametersOf, statusOf } from '../queries.ts'
import { setStatus } from '../state.ts'

/** keymanager.UpdatePolicy: says what the enclaves may do from the next epoch on. */
export function updatePolicy(ctx: Context, signed: SignedPolicySgx): void {
  const { state } = ctx
  const { id } = signed.policy
  const runtime = keyManagerOf(state, id)
  if (!equalBytes(runtime.entityId, ctx.signer)) throw plainErrors.notOwner()
  const before = statusOf(state, id) ?? make(Status, { id })
  checkPolicySignatures(ctx.chain.signatures, signed)
  checkPolicyChange(signed, before.policy)
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(state).gasCosts, 'update_policy')
  if (endsSimulation(ctx)) return

  const scheduled: Status = { ...before, nextPolicy: signed }
  // COMPAT(oasis-core): before 26.1 it holds at once, and there is no committee that has it.
  const status = hasFeature261(state)
    ? scheduled
    : nextStatus(ctx, {
        runtime,
        status: scheduled,
        proposal: undefined,
        nodes: nodesOf(state),
        epoch: currentEpoch(ctx),
      })
  setStatus(state, status)
  emit(ctx, 'oasis_event_999_keymanager', 'status', { statuses: [status] })
}
