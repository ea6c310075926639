/** What roothash answers on the bus. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Parameters } from '@wadi/consensus/roothash'
import { errors } from '@wadi/consensus/roothash/errors'
import { ParameterChanges } from '@wadi/consensus/roothash/parameterChanges'
import type { Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import {
  type ParameterRules,
  parameterSubscriptions,
  withChanges,
} from '../kernel/parameterChanges.ts'
import { runtimesOf } from '../registry/queries.ts'
import { evaluateLiveness } from './liveness.ts'
import { beginRuntime, isCompute } from './newRuntime.ts'
import { knownRuntimeStateOf, parametersOf } from './queries.ts'
import { setParameters, shrinkPastRoots } from './state.ts'

/** COMPAT(oasis-core): whatever is wrong with parameters has no code. */
export const parameterErrors = definePlainErrors('roothash.parameters', {
  unsafe: 'one or more unsafe debug flags set',
})

/** Refuses what is for tests only where the node does not allow it. */
export function checkParameters(
  params: Parameters,
  { isDebug }: { readonly isDebug: boolean },
): void {
  const isUnsafe = params.debugDoNotSuspendRuntimes || params.debugBypassStake
  if (isUnsafe && !isDebug) throw parameterErrors.unsafe()
}

function changeParameters({ state }: Context, params: Parameters): void {
  const { maxPastRootsStored: countMax } = params
  if (countMax < parametersOf(state).maxPastRootsStored) shrinkPastRoots(state, countMax)
  setParameters(state, params)
}

const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'roothash',
  schema: ParameterChanges,
  current: parametersOf,
  apply: withChanges,
  check: (params, { chain }) => checkParameters(params, chain),
  write: changeParameters,
}

/** A runtime may not ask for more than the network allows. */
function checkLimits({ state }: Context, { executor, txnScheduler }: Runtime): void {
  const { maxRuntimeMessages, maxInRuntimeMessages } = parametersOf(state)
  if (executor.maxMessages > maxRuntimeMessages) throw errors.maxMessagesTooBig()
  if (txnScheduler.maxInMessages > maxInRuntimeMessages) throw errors.maxInMessagesTooBig()
}

function judgeCommittees(ctx: Context, epoch: bigint): void {
  for (const runtime of runtimesOf(ctx.state)) {
    if (isCompute(runtime)) evaluateLiveness(ctx, epoch, knownRuntimeStateOf(ctx.state, runtime.id))
  }
}

/** Runtimes of the genesis document are looked at when all services have begun. */
const outsideGenesis =
  (answer: (ctx: Context, runtime: Runtime) => void) =>
  (ctx: Context, runtime: Runtime): undefined => {
    if (ctx.mode !== 'initChain') answer(ctx, runtime)
  }

/** The answers. */
export const subscriptions: Subscriptions = {
  runtimeRegistered: outsideGenesis((ctx, runtime) => beginRuntime(ctx, runtime)),
  runtimeUpdated: outsideGenesis(checkLimits),
  // It gets its next committee like all others.
  runtimeResumed: () => undefined,
  beforeSchedule: (ctx, epoch) => {
    judgeCommittees(ctx, epoch)
    return undefined
  },
  ...parameterSubscriptions(parameterRules),
}
