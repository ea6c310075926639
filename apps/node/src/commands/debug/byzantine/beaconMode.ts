/** How a node treats the beacon of proofs. */

import { errors } from '../../transaction/commandErrors.ts'

/** It proves when it may, before it may, or never. */
export const BEACON_MODES = ['vrf_beacon_honest', 'vrf_beacon_early', 'vrf_beacon_missing'] as const
export type BeaconMode = (typeof BEACON_MODES)[number]

/** Reads the name of a mode; capitals do not matter. */
export function parseBeaconMode(text: string): BeaconMode {
  const mode = BEACON_MODES.find((name) => name === text.toLowerCase())
  if (mode === undefined)
    throw errors.badValue(`--vrf_beacon_mode is ${text}; it can be ${BEACON_MODES.join(', ')}`)
  return mode
}
