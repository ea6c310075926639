import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import {
  RUNTIME_KINDS,
  type Runtime,
  RuntimeGovernanceModel,
} from '@wadi/consensus/registry/runtime'
import { epochOf } from '../../beacon/queries.ts'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { parametersOf as stakingParametersOf } from '../../staking/queries.ts'
import { addStakeClaim, removeStakeClaim } from '../../staking/stakeClaims.ts'
import { hasLatestRules } from '../actions.ts'
import { parametersOf, runtimeOf, suspendedRuntimeOf } from '../queries.ts'
import { verifyNewRuntime, verifyRuntimeUpdate } from '../runtimeUpdate.ts'
import { claimOfRuntime, runtimeOwnerAddress, thresholdsOfRuntime } from '../stakeClaims.ts'
import { removeRuntimeOwner, setRuntime, setRuntimeOwner } from '../state.ts'
import { deploymentRules, verifyKeyManagerOf, verifyRuntime } from '../verifyRuntime.ts'

/**
 * registry.RegisterRuntime, and what a runtime's message asks: writes a descriptor. It is the
 * result, unless nothing was done.
 */
export function registerRuntime(ctx: Context, runtime: Runtime): Runtime | undefined {
  const { state } = ctx
  const params = parametersOf(state)
  if (params.disableRuntimeRegistration) throw errors.forbidden('registration is disabled')
  verifyRuntime(ctx, runtime, epochOf(state))
  if (runtime.kind === RUNTIME_KINDS.keyManager && params.disableKmRuntimeRegistration)
    throw errors.forbidden('registration of key managers is disabled')
  verifyKeyManagerOf(state, runtime)
  if (endsCheck(ctx)) return undefined
  useGas(ctx, params.gasCosts, 'register_runtime')
  if (endsSimulation(ctx)) return undefined

  const active = runtimeOf(state, runtime.id)
  const suspended = active === undefined ? suspendedRuntimeOf(state, runtime.id) : undefined
  const before = active ?? suspended
  verifyChange(ctx, runtime, before)
  if (ctx.mode !== 'initChain') checkCaller(ctx, before ?? runtime)
  inSubTransaction(ctx, (inner) => {
    claimStake(inner, runtime, before)
    const { bus } = inner.chain
    if (before === undefined) bus.publish(inner, 'runtimeRegistered', runtime)
    bus.publish(inner, 'runtimeUpdated', runtime)
  })
  setRuntime(state, runtime, suspended === undefined ? 'active' : 'suspended')
  noteOwner(ctx, runtime, before)
  if (suspended === undefined) emit(ctx, 'oasis_event_200_registry', 'runtime_started', { runtime })
  return runtime
}

function verifyChange(ctx: Context, runtime: Runtime, before: Runtime | undefined): void {
  const rules = deploymentRules(ctx, epochOf(ctx.state))
  const mayBeginAtOnce = ctx.mode === 'initChain' || parametersOf(ctx.state).debugDeployImmediately
  if (before !== undefined) verifyRuntimeUpdate(before, runtime, rules)
  else if (!mayBeginAtOnce) verifyNewRuntime(runtime, rules)
}

/** Only whoever governs the runtime so far may change it. */
function checkCaller({ caller }: Context, runtime: Runtime): void {
  const governor = runtimeOwnerAddress(runtime)
  if (governor === undefined) throw errors.forbidden('governed by consensus')
  if (equalBytes(caller, governor)) return
  const isEntity = runtime.governanceModel === RuntimeGovernanceModel.names.entity
  throw isEntity ? errors.incorrectTxSigner() : errors.forbidden('caller must be the runtime')
}

/** Claims stake of whoever governs the runtime from now on, and gives the old claim back. */
function claimStake({ state }: Context, runtime: Runtime, before: Runtime | undefined): void {
  const owner = runtimeOwnerAddress(runtime)
  if (owner === undefined || stakingParametersOf(state).debugBypassStake) return
  const claim = claimOfRuntime(runtime.id)
  addStakeClaim(state, owner, claim, thresholdsOfRuntime(runtime))
  const previous = before && runtimeOwnerAddress(before)
  if (previous !== undefined && !equalBytes(previous, owner))
    removeStakeClaim(state, previous, claim)
}

function noteOwner(ctx: Context, runtime: Runtime, before: Runtime | undefined): void {
  const { state } = ctx
  const { id, entityId } = runtime
  // COMPAT(oasis-core): before 26.1 the runtime stayed with its old owners, too.
  if (hasLatestRules(ctx) && before !== undefined) {
    if (equalBytes(before.entityId, entityId)) return
    removeRuntimeOwner(state, id, before.entityId)
  }
  setRuntimeOwner(state, id, entityId)
}
