/** Rules that a network switches on with a version. */

import * as keys from '@wadi/consensus/consensus/keys'
import { compareVersions } from '@wadi/primitives/version'
import { type ReadableState, readExisting } from './state.ts'

const VERSION_26_1 = { major: 26, minor: 1, patch: 0 }

/**
 * Do the rules of 26.1 hold? The parameters must have been written, which in a chain's first state
 * they are after all services have begun.
 */
export function hasFeature261(state: ReadableState): boolean {
  const { featureVersion } = readExisting(state, keys.parameters)
  return featureVersion !== undefined && compareVersions(featureVersion, VERSION_26_1) >= 0
}
