/** What the vault's parameters may be, and how they are changed. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/vault'
import { ParameterChanges } from '@wadi/consensus/vault/parameterChanges'
import { type ParameterRules, withChanges } from '../kernel/parameterChanges.ts'
import { parametersOf } from './queries.ts'
import { setParameters } from './state.ts'

/** COMPAT(oasis-core): it has no code. */
export const errors = definePlainErrors('vaultParameters', {
  noAuthorityAddresses: 'maximum number of authority addresses should be greater than zero',
})

/** Refuses parameters with which no vault could be. */
export function checkParameters({ enabled, maxAuthorityAddresses }: Parameters): void {
  if (enabled && maxAuthorityAddresses === 0) throw errors.noAuthorityAddresses()
}

/** How a proposal changes the vault. None can enable or disable it. */
export const parameterRules: ParameterRules<Parameters, ParameterChanges> = {
  module: 'vault',
  schema: ParameterChanges,
  current: parametersOf,
  apply: withChanges,
  check: checkParameters,
  write: ({ state }, params) => setParameters(state, params),
}
