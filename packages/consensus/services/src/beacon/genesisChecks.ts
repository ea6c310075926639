/** What a node checks of the beacon's section before it accepts a genesis document at all. */

import { definePlainErrors } from '@wadi/base/errors'
import { BACKENDS, type Genesis, type Parameters } from '@wadi/consensus/beacon'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { errors as beaconErrors } from './errors.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('beaconGenesisChecks', {
  unknownBackend: 'unknown backend',
  interval: 'epoch interval must be > 0',
  alphaThreshold: 'alpha threshold must be > 0',
  noDelay: 'submission delay must be > 0',
  delayTooLong: 'submission delay must be < epoch interval',
  unsafeFlags: 'one or more unsafe debug flags set',
  base: 'starting epoch is invalid',
})

/** Refuses a section from which no network could go on. */
export function checkGenesis(
  { base, params }: Genesis,
  { isDebug }: { readonly isDebug: boolean },
): void {
  if (params.backend === BACKENDS.insecure) checkInsecure(params)
  else if (params.backend === BACKENDS.vrf) checkVrf(params)
  else throw errors.unknownBackend('beacon.params.backend')
  if (params.debugMockBackend && !isDebug)
    throw errors.unsafeFlags('beacon.params.debug_mock_backend')
  if (base === EPOCH_INVALID) throw errors.base('beacon.base')
}

function checkInsecure({ insecureParameters, debugMockBackend }: Parameters): void {
  const path = 'beacon.params.insecure_parameters'
  if (insecureParameters === undefined) throw beaconErrors.notConfigured(path)
  if (insecureParameters.interval <= 0n && !debugMockBackend)
    throw errors.interval(`${path}.interval`)
}

function checkVrf({ vrfParameters }: Parameters): void {
  const path = 'beacon.params.vrf_parameters'
  if (vrfParameters === undefined) throw beaconErrors.notConfigured(path)
  const { alphaHqThreshold, interval, proofDelay } = vrfParameters
  if (alphaHqThreshold === 0n) throw errors.alphaThreshold(`${path}.alpha_hq_threshold`)
  if (interval <= 0n) throw errors.interval(`${path}.interval`)
  if (proofDelay <= 0n) throw errors.noDelay(`${path}.proof_delay`)
  if (proofDelay >= interval) throw errors.delayTooLong(`${path}.proof_delay`)
}
