/** What a light client believes in. */

import type { TrustLevel } from '../commits/verifyCommit.ts'
import type { SignatureDialect } from '../dialect.ts'
import { errors } from './errors.ts'

export interface LightRules {
  readonly dialect: SignatureDialect
  /** How much of a trusted set has to have signed a block that does not follow at once. */
  readonly trustLevel: TrustLevel
  /** For how long after a block its validators can be punished. */
  readonly trustPeriodMs: number
  /** How far other clocks may be ahead of ours. */
  readonly clockDriftMs: number
}

/** One honest validator at least, if less than a third is not honest. */
export const DEFAULT_TRUST_LEVEL: TrustLevel = { numerator: 1n, denominator: 3n }
/** How far clocks are apart, at most. */
export const CLOCK_DRIFT_MS = 10_000
/** How long a block takes to be made and to arrive, at most. */
export const BLOCK_LAG_MS = 10_000

/** Refuses a fraction below a third, which one liar could reach, and one that nobody reaches. */
export function checkTrustLevel({ numerator, denominator }: TrustLevel): void {
  const isGood = denominator > 0n && numerator * 3n >= denominator && numerator <= denominator
  if (!isGood) throw errors.badTrustLevel(`${numerator}/${denominator}`)
}
