/**
 * Goes from a trusted block to a later one in as few jumps as possible: the whole way if enough of
 * the trusted validators have signed there, else to a block in between first.
 *
 *   trusted ─────────────────────────────────────▶ target      too far
 *   trusted ───────────────▶ 9/16                              too far
 *   trusted ──────▶ 9/16                                       believed: trust goes on from here
 *                    └───────▶ (9/16) ────────────▶ target
 */

import type { CodedError } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import type { LightBlock } from '../types/lightBlock.ts'
import { fetchLightBlock } from './fetchLightBlock.ts'
import type { LightRules } from './lightRules.ts'
import type { LightTask } from './lightTask.ts'
import { refusalOf } from './refusalOf.ts'
import { verifyForwards } from './verifyLightBlock.ts'

/** Where the next block to try is: COMPAT(cometbft): a little beyond the middle. */
const PIVOT_NUMERATOR = 9n
const PIVOT_DENOMINATOR = 16n

/** From where to where, and who is asked for what is in between. */
export interface Journey {
  readonly provider: number
  readonly trusted: LightBlock
  readonly target: LightBlock
}

/** How a journey ended. */
export type Arrival =
  /** All blocks that were believed on the way, from the trusted one to the target. */
  | { readonly kind: 'arrived'; readonly trace: readonly LightBlock[] }
  /** A block in between is not to be had. */
  | { readonly kind: 'missing'; readonly error: CodedError }
  /** A block of that height is not to be believed, however near one comes. */
  | { readonly kind: 'refused'; readonly height: bigint; readonly error: CodedError }

function heightOf({ signedHeader }: LightBlock): bigint {
  return signedHeader.header.height
}

/** Verifies a target from a trusted block, and asks a provider for what is needed in between. */
export function* skip(
  { provider, trusted, target }: Journey,
  rules: LightRules,
  now: Moment,
): LightTask<Arrival> {
  const trace = [trusted]
  /** The target, and blocks before it that were too far away, the nearest one last. */
  const ahead = [target]
  let believed = trusted
  let depth = 0
  for (;;) {
    const untrusted = ahead[depth]!
    const error = refusalOf(() => verifyForwards({ trusted: believed, untrusted }, rules, now))
    if (error === undefined) {
      trace.push(untrusted)
      if (depth === 0) return { kind: 'arrived', trace }
      believed = untrusted
      ahead.length = depth
      depth = 0
    } else if (error.reason === 'light.cannotTrust') {
      if (depth === ahead.length - 1) {
        const distance = heightOf(untrusted) - heightOf(believed)
        const pivot = heightOf(believed) + (distance * PIVOT_NUMERATOR) / PIVOT_DENOMINATOR
        const { chainId } = trusted.signedHeader.header
        const found = yield* fetchLightBlock(provider, pivot, chainId)
        if (found.kind === 'bad') return { kind: 'refused', height: pivot, error: found.error }
        if (found.kind !== 'found') return { kind: 'missing', error }
        ahead.push(found.block)
      }
      depth++
    } else return { kind: 'refused', height: heightOf(untrusted), error }
  }
}
