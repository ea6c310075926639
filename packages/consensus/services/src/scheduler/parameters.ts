/** What the scheduler's parameters may be, and how governance changes them. */

import type { Parameters } from '@wadi/consensus/scheduler'
import { ParameterChanges } from '@wadi/consensus/scheduler/parameterChanges'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { errors } from './errors.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

/** Refuses what is for tests only where the node does not allow it. */
export function checkParameters(
  params: Parameters,
  { isDebug }: { readonly isDebug: boolean },
): void {
  const { debugBypassStake, debugAllowWeakAlpha, debugForceElect } = params
  const isUnsafe = debugBypassStake || debugAllowWeakAlpha || debugForceElect !== undefined
  if (isUnsafe && !isDebug) throw errors.unsafeFlags()
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
  check: (params, { chain }) => checkParameters(params, chain),
  write: ({ state }, params) => setParameters(state, params),
}
