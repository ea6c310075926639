import * as keys from '@wadi/consensus/consensus/keys'
import { changeParameters, type UpgradeHandler } from '../handler.ts'

const FEATURE_VERSION = { major: 26, minor: 1, patch: 0 }

/** Switches on what 26.1 brought. */
export const consensus261: UpgradeHandler = {
  needsRestart: false,
  endBlock: ({ state }) =>
    changeParameters(state, keys.parameters, { featureVersion: FEATURE_VERSION }),
}
