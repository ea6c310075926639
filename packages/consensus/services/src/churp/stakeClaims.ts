/** What stake a scheme takes, and what the claim to it is called. */

import { toHex } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/churp'
import { type StakeThreshold, ThresholdKind } from '@wadi/consensus/staking'

/** What every claim of a scheme begins with. */
export const SCHEME_CLAIM_PREFIX = 'keymanager.churp.Scheme.'

/** The claim of a scheme. */
export function claimOfScheme({ runtimeId, id }: Pick<Status, 'runtimeId' | 'id'>): string {
  return `${SCHEME_CLAIM_PREFIX}${toHex(runtimeId)}.${id}`
}

/** What a scheme takes. */
export const SCHEME_THRESHOLDS: readonly StakeThreshold[] = [
  { global: ThresholdKind.names['keymanager-churp'], const: undefined },
]
