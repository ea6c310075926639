/** Changing the registry's parameters. */

import { checkQuotePolicy } from '@wadi/attestation/sgxConstraints'
import { definePlainErrors } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/registry'
import { ParameterChanges } from '@wadi/consensus/registry/parameterChanges'
import { hasFeature261 } from '../kernel/features.ts'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

/** COMPAT(oasis-core): parameters that must not be have no code. */
export const errors = definePlainErrors('registryParameters', {
  unsafeDebugFlags: 'one or more unsafe debug flags set',
  noMaxNodeExpiration: 'maximum node expiration not specified',
})

/** How governance changes the parameters. */
export const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'registry',
  schema: ParameterChanges,
  current: parametersOf,
  isEmpty,
  apply: withChanges,
  check: (params, { chain, state }) =>
    checkParameters(params, { isDebug: chain.isDebug, hasFmspcAllowList: hasFeature261(state) }),
  write: ({ state }, params) => setParameters(state, params),
}

/** COMPAT(oasis-core): the number of deployments alone is no change, and is refused as none. */
function isEmpty({ maxRuntimeDeployments, ...others }: ParameterChanges): boolean {
  return Object.values(others).every((change) => change === undefined)
}

/** What parameters are measured by. */
export interface ParameterTerms {
  readonly isDebug: boolean
  /** May a policy list the platforms that it allows? */
  readonly hasFmspcAllowList: boolean
}

/** Refuses parameters that no network may have. */
export function checkParameters(
  params: Parameters,
  { isDebug, hasFmspcAllowList }: ParameterTerms,
): void {
  if (!isDebug) {
    if (params.debugAllowUnroutableAddresses || params.debugDeployImmediately)
      throw errors.unsafeDebugFlags()
    if (params.maxNodeExpiration === 0n) throw errors.noMaxNodeExpiration()
  }
  const policy = params.teeFeatures?.sgx.defaultPolicy
  if (policy !== undefined) checkQuotePolicy(policy, { hasFmspcAllowList })
}
