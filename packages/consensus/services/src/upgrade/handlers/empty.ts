import type { UpgradeHandler } from '../handler.ts'

/** For upgrades that only go over to other protocols. */
export const empty: UpgradeHandler = { needsRestart: false }
