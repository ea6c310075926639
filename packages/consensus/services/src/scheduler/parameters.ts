/** What the scheduler's parameters may be, and how governance changes them. */

import type { Parameters } from '@wadi/consensus/scheduler'
import { ParameterChanges } from '@wadi/consensus/scheduler/parameterChanges'
import type { Context } from '../kernel/context.ts'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { errors } from './errors.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

/** What is for tests only must be allowed by the node. */
function checkParameters(params: Parameters, { chain }: Context): void {
  const { debugBypassStake, debugAllowWeakAlpha, debugForceElect } = params
  const isUnsafe = debugBypassStake || debugAllowWeakAlpha || debugForceElect.size > 0
  if (isUnsafe && !chain.isDebug) throw errors.unsafeFlags()
}

/**
 * How governance changes the parameters.
 * COMPAT(oasis-core): no number is refused: not a minimum above the maximum, not a distribution
 * that nobody knows.
 */
export const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'scheduler',
  schema: ParameterChanges,
  current: parametersOf,
  apply: withChanges,
  check: checkParameters,
  write: ({ state }, params) => setParameters(state, params),
}
