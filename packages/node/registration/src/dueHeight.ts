/** When in an epoch a node registers again: not all of a network's nodes in one block. */

import { isTold } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { BACKENDS } from '@wadi/consensus/beacon'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Ask } from './chain.ts'
import { RENEWAL_DELAY_PERCENT } from './limits.ts'

const LAST_HEIGHT = 0n
const DRAW_BOUND_MAX = 2n ** 32n

/**
 * From which height on it does; nothing if at once.
 * COMPAT(oasis-core): whole hundredths of an epoch are counted, so that one of less than a hundred
 * blocks has none.
 */
export async function drawDueHeight(
  ask: Ask,
  random: RandomSource,
  { epoch, signal }: { readonly epoch: Epoch; readonly signal: AbortSignal },
): Promise<bigint | undefined> {
  try {
    const params = await ask('Beacon/ConsensusParameters', LAST_HEIGHT, signal)
    if (params.backend !== BACKENDS.vrf) return undefined
    const bound = ((params.vrfParameters?.interval ?? 0n) / 100n) * RENEWAL_DELAY_PERCENT
    if (bound <= 0n) return undefined
    const begun = await ask('Beacon/GetEpochBlock', epoch, signal)
    const delay = randomBelow(random, Number(bound < DRAW_BOUND_MAX ? bound : DRAW_BOUND_MAX))
    return begun + BigInt(delay)
  } catch (error) {
    if (!isTold(error)) throw error
    return undefined
  }
}
